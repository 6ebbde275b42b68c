/** A reference that follows the policy (TR-DPO, Gorbatovski et al., 2404.09656): its options, what excludes it, and the move. */
import { z } from 'zod';
import type { LanguageModel } from '../engine/models/language-model.ts';
import { ConfigError } from './config.ts';

export const movingReferenceOptions = {
  sync_ref_model: z.boolean().default(false).meta({
    title: 'Moving reference',
    description: 'The reference follows the policy (TR-DPO, 2404.09656).',
    group: 'Objective',
  }),
  ref_model_mixup_alpha: z.number().min(0).max(1).default(0.6).meta({
    title: 'Reference mix',
    description: 'Share of the policy in the reference each time it moves.',
    group: 'Objective',
  }),
  ref_model_sync_steps: z.int().min(1).default(512).meta({
    title: 'Reference moves every',
    description: 'Steps between two moves of the reference.',
    group: 'Objective',
    unit: 'steps',
  }),
} as const;

interface Options {
  readonly sync_ref_model?: boolean;
  readonly use_peft?: boolean;
  readonly adapter?: string;
  readonly precompute_ref_log_probs?: boolean;
}

/** Throws ConfigError where a reference cannot move. */
export function checkMovingReference(options: Options): void {
  if (!options.sync_ref_model) return;
  if (options.use_peft || options.adapter)
    throw new ConfigError('sync_ref_model moves the weights of a whole reference; with LoRA leave it out');
  if (options.precompute_ref_log_probs)
    throw new ConfigError(
      'a reference that moves (sync_ref_model) cannot be scored once: set precompute_ref_log_probs to false',
    );
}

/** The soft update: reference ← α policy + (1 − α) reference, in place. */
export function moveReference(reference: LanguageModel, policy: LanguageModel, alpha: number): void {
  for (const [name, target] of reference.weights) {
    const source = policy.weights.get(name);
    if (!source) throw new Error(`the policy has no tensor "${name}" that the reference has`);
    for (let i = 0; i < target.length; i++) target[i] = (1 - alpha) * target[i] + alpha * source[i];
  }
}
