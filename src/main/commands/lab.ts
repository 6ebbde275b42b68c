/** `plumb lab`: exact answers on a response space that can be listed, and how far each method ends from them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabResult } from '../train/lab/run-lab.ts';
import { defineCommand, UsageError } from './command.ts';
import { readJsonInput } from './input-document.ts';
import { modelPath } from './model-options.ts';
import { numberOption, wholeOption } from './number-options.ts';

export const lab = defineCommand({
  id: 'lab',
  summary: 'Hold methods against the exact optimum of a small response space.',
  examples: [
    'plumb lab',
    'plumb lab --beta 0.2 0.5 1 --methods exact dpo --steps 100',
    'plumb lab --input space.json --json -',
  ],
  configure(command) {
    command
      .option('--input <file>', 'a response space with conditionals, rewards and betas; else the built-in task')
      .option('--model <path>', 'the reference of the built-in task', 'enumerable-reference')
      .option('--beta <b...>', 'strength of the constraint', ['0.5'])
      .option('--methods <m...>', 'what is trained and measured; all unless named')
      .option('--prompts <n>', 'fixed prompts, trained and measured on', '16')
      .option('--held-out <n>', 'other prompts to measure on, of the split that no training sees')
      .option('--steps <n>', 'optimiser steps of each method', '200')
      .option('--learning-rate <r>', 'AdamW, linear decay', '1e-3')
      .option('--seed <n>', 'same seed, same numbers', '1')
      .option('--threads <n>', 'threads of one operator; 0 = one for small models, all cores for others', '0');
  },
  async run(_args, options, context) {
    if (options.input !== undefined) {
      const { labResults } = await import('../evaluate/lab-input.ts');
      return { results: labResults(readJsonInput(String(options.input))) };
    }
    const { runLab } = await import('../train/lab/run-lab.ts');
    const { labMethods } = await import('../train/lab/index.ts');
    const chosen = (options.methods as string[] | undefined) ?? labMethods.all.map(({ id }) => id);
    const known = labMethods.all.map(({ id }) => id);
    for (const id of chosen)
      if (!labMethods.has(id)) throw new UsageError(`unknown method "${id}"; the lab knows ${known.join(', ')}`);
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-lab-'));
    try {
      const results = await runLab({
        reference: await modelPath(options.model, context),
        betas: (options.beta as string[]).map((beta) => numberOption(beta, 'beta', Number.MIN_VALUE)),
        methods: chosen,
        prompts: wholeOption(options.prompts, 'prompts', 1),
        heldOut: options.heldOut === undefined ? undefined : wholeOption(options.heldOut, 'held-out', 1),
        steps: wholeOption(options.steps, 'steps', 1),
        learningRate: numberOption(options.learningRate, 'learning-rate', 0),
        seed: numberOption(options.seed, 'seed', 0),
        threads: wholeOption(options.threads, 'threads', 0),
        folder,
        signal: context.signal,
        onProgress: context.progress,
      });
      return { results };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  show({ results }: { results: readonly LabResult[] }, { print }) {
    for (const result of results) {
      print(`β ${result.beta}: J* ${result.J_star.toFixed(4)}, J of the reference ${result.J_ref?.toFixed(4)}`);
      if (!result.policies) continue;
      print('method            β KL(π‖π*)  KL(π‖π_ref)  E[r]    OOD mass  CPU s');
      const rows = [{ title: 'Reference', cpu_seconds: 0, ...result.start }, ...result.policies];
      for (const p of rows)
        print(
          [
            p.title.padEnd(17),
            p.beta_kl_policy_star.toFixed(4).padEnd(11),
            p.kl_policy_ref.toFixed(3).padEnd(12),
            p.mean_reward.toFixed(3).padEnd(7),
            p.ood_mass.toFixed(4).padEnd(9),
            p.cpu_seconds.toFixed(1),
          ].join(' '),
        );
    }
  },
});
