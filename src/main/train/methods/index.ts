/** Training methods: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { Method } from '../method.ts';
import { dpo } from './dpo.ts';
import { kto } from './kto.ts';
import { onlineDpo } from './online-dpo.ts';
import { ppo } from './ppo.ts';
import { reward } from './reward.ts';
import { rloo } from './rloo.ts';
import { sft } from './sft.ts';

export const methods = registry<Method>('method', [sft, reward, dpo, onlineDpo, kto, ppo, rloo]);
