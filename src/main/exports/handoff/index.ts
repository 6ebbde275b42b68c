/** Trainers that a recipe can be handed to: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { HandoffTarget } from './handoff-target.ts';
import { openrlhf } from './openrlhf.ts';
import { trl } from './trl.ts';

export const handoffTargets = registry<HandoffTarget>('target', [trl, openrlhf]);
