/** Losses on single answers that are wanted or not: one file each, one line here. */
import { registry } from '../../../base/registry.ts';
import { apoZeroUnpaired } from './apo-zero-unpaired.ts';
import { kto } from './kto.ts';
import type { UnpairedLoss } from './unpaired-loss.ts';

export const unpairedLosses = registry<UnpairedLoss>('loss_type', [kto, apoZeroUnpaired]);
