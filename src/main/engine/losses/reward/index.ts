/** Losses of reward models: one file each, one line here. */
import { registry } from '../../../base/registry.ts';
import { bradleyTerry } from './bradley-terry.ts';
import { davidson } from './davidson.ts';
import { raoKupper } from './rao-kupper.ts';
import type { RewardLoss } from './reward-loss.ts';

export const rewardLosses = registry<RewardLoss>('loss_type', [bradleyTerry, raoKupper, davidson]);
