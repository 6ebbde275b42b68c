/** One method of the exact lab from the reference of `enumerable`: how far it ends from the exact optimum. */
import { join } from 'node:path';
import { z } from 'zod';
import { runLab } from '../../train/lab/run-lab.ts';
import { defineKind } from '../cell.ts';

const spec = z.object({
  reference: z.string(),
  method: z.string(),
  beta: z.number().positive(),
  /** Trained on. */
  prompts: z.int().min(1),
  /** Measured on instead of them; 0: none. */
  held_out: z.int().min(0),
  steps: z.int().min(1),
  learning_rate: z.number().positive(),
  seed: z.int().min(0),
});

const gap = z.object({
  beta_kl_policy_star: z.number(),
  kl_policy_ref: z.number(),
  mean_reward: z.number(),
  ood_mass: z.number(),
});
export type LabGap = z.output<typeof gap>;

export const lab = defineKind({
  id: 'lab',
  spec,
  result: z.object({ title: z.string(), start: gap, end: gap, cpu_seconds: z.number() }),
  async run({ reference, method, beta, prompts, held_out, steps, learning_rate, seed }, context) {
    const [result] = await runLab({
      reference: context.path(reference),
      betas: [beta],
      methods: [method],
      prompts,
      heldOut: held_out === 0 ? undefined : held_out,
      steps,
      learningRate: learning_rate,
      seed,
      threads: context.threads,
      folder: join(context.folder, 'work'),
      signal: context.signal,
      onProgress: context.onProgress,
    });
    const [policy] = result.policies;
    return {
      title: policy.title,
      start: gap.parse(result.start),
      end: gap.parse(policy),
      cpu_seconds: policy.cpu_seconds,
    };
  },
});
