/** `plumb datasets`: one file for each word, one line here. */
import type { CommandGroup } from '../command.ts';
import { filter } from './filter.ts';
import { list } from './list.ts';
import { pairs } from './pairs.ts';
import { remove } from './remove.ts';
import { show } from './show.ts';
import { split } from './split.ts';
import { versions } from './versions.ts';

export const datasets: CommandGroup = {
  id: 'datasets',
  summary: 'List, show, split, filter and remove the datasets of the workspace.',
  examples: ['plumb datasets', 'plumb datasets show my-pairs', 'plumb datasets split my-pairs --share 0.1'],
  subcommands: [list, show, pairs, versions, split, filter, remove],
  bare: list,
};
