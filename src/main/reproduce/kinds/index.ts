/** Kinds of cell: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { CellKind } from '../cell.ts';
import { answers } from './answers.ts';
import { pairs } from './pairs.ts';
import { train } from './train.ts';

export const cellKinds = registry<CellKind>('kind of cell', [pairs, train, answers]);
