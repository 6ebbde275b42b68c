/** `plumb models`: one file for each word, one line here. */
import type { CommandGroup } from '../command.ts';
import { exportModel } from './export.ts';
import { importModelCommand } from './import.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';
import { rename } from './rename.ts';
import { show } from './show.ts';

export const models: CommandGroup = {
  id: 'models',
  summary: 'List, import, export, rename and remove the models of the workspace.',
  examples: [
    'plumb models',
    'plumb models import ./SmolLM2-135M',
    'plumb models export my-run --format hf --out ./model',
  ],
  subcommands: [list, show, importModelCommand, exportModel, rename, remove],
  bare: list,
};
