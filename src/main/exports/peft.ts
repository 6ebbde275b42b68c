/** The adapter alone, in PEFT's files. */
import { writeModel } from '../train/checkpoint.ts';
import { ExportError, type ExportFormat } from './export-format.ts';

export const peft: ExportFormat = {
  id: 'peft',
  title: 'PEFT adapter',
  library: 'peft',
  takesAdapter: true,
  types: ['f32'],
  async write({ adapted, name }, folder) {
    if (!adapted?.model.adapter)
      throw new ExportError(`${name} has no adapter: --format peft needs one, name it with --adapter`);
    writeModel(folder, adapted);
  },
};
