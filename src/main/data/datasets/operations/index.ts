/** Operations that make versions from versions: one file each, one line here. */
import { registry } from '../../../base/registry.ts';
import { dedupe } from './dedupe.ts';
import { editRows } from './edit.ts';
import { filter } from './filter.ts';
import { flipNoise } from './flip-noise.ts';
import { merge } from './merge.ts';
import type { Operation } from './operation.ts';
import { sample } from './sample.ts';
import { split } from './split.ts';

export const operations = registry<Operation>('operation', [filter, editRows, dedupe, split, merge, sample, flipNoise]);
