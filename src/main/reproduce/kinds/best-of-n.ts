/** Best-of-n by a proxy: what the proxy and the gold reward think of the answer it picks, for several n from the same samples. */
import { z } from 'zod';
import { mean } from '../../base/statistics.ts';
import { bestOfNKl } from '../../base/statistics-overoptimisation.ts';
import { expectedBestOfN } from '../../evaluate/best-of-n.ts';
import { answerTask } from '../../evaluate/task-samples.ts';
import { tasks } from '../../tasks/index.ts';
import { loadModel } from '../../train/load-model.ts';
import { defineKind } from '../cell.ts';
import { openProxy } from '../proxy.ts';

const spec = z.object({
  task: z.string(),
  model: z.string(),
  proxy: z.string(),
  prompts: z.int().min(2),
  prompt_seed: z.int().min(0),
  /** Answers to each prompt; the largest n. */
  samples: z.int().min(1),
  n: z.array(z.int().min(1)).min(1),
  temperature: z.number().positive().default(1),
  seed: z.string(),
});

const row = z.object({ n: z.int(), kl: z.number(), gold: z.number(), proxy: z.number() });
export type BestOfNRow = z.output<typeof row>;

export const bestOfN = defineKind({
  id: 'best-of-n',
  spec,
  result: z.object({ rows: z.array(row) }),
  async run(options, context) {
    const task = tasks.get(options.task);
    const prompts = task.prompts('held-out', options.prompts, options.prompt_seed);
    const loaded = loadModel(context.path(options.model));
    const proxy = await openProxy(context.path(options.proxy), context.threads);
    const golds = prompts.map((): number[] => []);
    const scores = prompts.map((): number[] => []);
    try {
      for (let round = 0; round < options.samples; round++) {
        const found = await answerTask(task, loaded, prompts, {
          temperature: options.temperature,
          seed: `${options.seed}:${round}`,
          threads: context.threads,
          breathe: context.breathe,
        });
        const scored = await proxy.score(found);
        found.forEach(({ gold }, i) => {
          golds[i].push(gold);
          scores[i].push(scored[i]);
        });
        context.onProgress(round + 1, options.samples);
      }
    } finally {
      await proxy.close();
    }
    const meanOf = (values: readonly (readonly number[])[], n: number) =>
      mean(values.map((own, i) => expectedBestOfN(scores[i], own, n)));
    return { rows: options.n.map((n) => ({ n, kl: bestOfNKl(n), gold: meanOf(golds, n), proxy: meanOf(scores, n) })) };
  },
});
