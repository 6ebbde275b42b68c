/** Losses on preference pairs: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import { cdpo } from './cdpo.ts';
import type { PreferenceLoss } from './preference.ts';
import { sigmoid } from './sigmoid.ts';
import { sigmoidNorm } from './sigmoid-norm.ts';

export const preferenceLosses = registry<PreferenceLoss>('loss_type', [sigmoid, cdpo, sigmoidNorm]);
