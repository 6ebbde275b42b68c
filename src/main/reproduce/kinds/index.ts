/** Kinds of cell: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { CellKind } from '../cell.ts';
import { answers } from './answers.ts';
import { bestOfN } from './best-of-n.ts';
import { gradedScale } from './graded-scale.ts';
import { lab } from './lab.ts';
import { pairs } from './pairs.ts';
import { probe } from './probe.ts';
import { train } from './train.ts';

export const cellKinds = registry<CellKind>('kind of cell', [pairs, train, answers, bestOfN, probe, gradedScale, lab]);
