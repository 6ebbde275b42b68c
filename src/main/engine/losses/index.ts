/** Losses on preference pairs: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import { aot } from './aot.ts';
import { aotUnpaired } from './aot-unpaired.ts';
import { apoDown } from './apo-down.ts';
import { apoZero } from './apo-zero.ts';
import { bcoPair } from './bco-pair.ts';
import { cdpo } from './cdpo.ts';
import { discopop } from './discopop.ts';
import { dpop } from './dpop.ts';
import { exoPair } from './exo-pair.ts';
import { hinge } from './hinge.ts';
import { ipo } from './ipo.ts';
import { ncaPair } from './nca-pair.ts';
import type { PreferenceLoss } from './preference.ts';
import { rdpo } from './rdpo.ts';
import { robust } from './robust.ts';
import { sft } from './sft.ts';
import { sigmoid } from './sigmoid.ts';
import { sigmoidNorm } from './sigmoid-norm.ts';
import { simpo } from './simpo.ts';
import { sppoHard } from './sppo-hard.ts';

export { rewardLosses } from './reward/index.ts';
export { unpairedLosses } from './unpaired/index.ts';

export const preferenceLosses = registry<PreferenceLoss>('loss_type', [
  sigmoid,
  cdpo,
  robust,
  ipo,
  hinge,
  exoPair,
  ncaPair,
  bcoPair,
  sppoHard,
  aot,
  aotUnpaired,
  apoZero,
  apoDown,
  discopop,
  sigmoidNorm,
  simpo,
  rdpo,
  dpop,
  sft,
]);
