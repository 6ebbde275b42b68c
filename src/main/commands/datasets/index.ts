/** `plumb datasets`: one file for each word, one line here. */
import type { CommandGroup } from '../command.ts';
import { derive } from './derive.ts';
import { diff } from './diff.ts';
import { filter } from './filter.ts';
import { list } from './list.ts';
import { pairs } from './pairs.ts';
import { quality } from './quality.ts';
import { remove } from './remove.ts';
import { repeat } from './repeat.ts';
import { show } from './show.ts';
import { split } from './split.ts';
import { tree } from './tree.ts';
import { versions } from './versions.ts';

export const datasets: CommandGroup = {
  id: 'datasets',
  summary: 'List, show, check, change and remove the datasets of the workspace.',
  examples: ['plumb datasets', 'plumb datasets show my-pairs', 'plumb datasets split my-pairs --share 0.1'],
  subcommands: [list, show, pairs, quality, versions, tree, diff, split, filter, derive, repeat, remove],
  bare: list,
};
