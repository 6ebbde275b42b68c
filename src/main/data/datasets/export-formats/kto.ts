/** KTO's JSONL: prompt, completion, label. A pair becomes two rows, its chosen answer wanted and its rejected one not, as TRL's unpair_preference_dataset has it; a tie says neither. */
import type { StoredPair } from '../../../../preload/contract/datasets.ts';
import { checkTexts, type ExportFormat, type ExportSource, jsonLines, othersOf } from './export-format.ts';

function rowsOf(pair: StoredPair, source: ExportSource): object[] {
  const { prompt, chosen, rejected, completion, label } = pair;
  const others = othersOf(pair);
  if (source.kind === 'unpaired') return [{ prompt, completion, label, ...others }];
  if (pair.tie) {
    source.leaveOut();
    return [];
  }
  return [
    { prompt, completion: chosen, label: true, ...others },
    { prompt, completion: rejected, label: false, ...others },
  ];
}

export const kto: ExportFormat = {
  id: 'kto',
  title: 'KTO, unpaired JSONL',
  extension: 'jsonl',
  kinds: ['preference', 'unpaired'],
  *pieces(source) {
    checkTexts(source, 'kto');
    yield* jsonLines(source, rowsOf);
  },
};
