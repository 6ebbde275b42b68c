/** How models answer held-out prompts of a built-in task: gold reward prompt by prompt, length, grammar, KL to the reference, and a proxy's opinion. */
import { z } from 'zod';
import { mean } from '../../base/statistics.ts';
import { klToReference } from '../../evaluate/answers.ts';
import { answerTask, type TaskAnswer } from '../../evaluate/task-samples.ts';
import { tasks } from '../../tasks/index.ts';
import { loadModel } from '../../train/load-model.ts';
import { type CellContext, defineKind } from '../cell.ts';
import { openProxy } from '../proxy.ts';

const spec = z.object({
  task: z.string(),
  /** Paths as `CellContext.path` reads them, in the order of the result. */
  models: z.array(z.string()).min(1),
  reference: z.string(),
  /** A reward model that scores the answers too. */
  proxy: z.string().optional(),
  prompts: z.int().min(2),
  prompt_seed: z.int().min(0),
  temperature: z.number().positive().default(1),
  seed: z.string(),
});

const answered = z.object({
  /** In the order of the prompts. */
  golds: z.array(z.number()),
  gold: z.number(),
  /** Mean tokens, end token not counted. */
  tokens: z.number(),
  /** Share with an end token. */
  ended: z.number(),
  /** Share that the demonstrations' grammar cannot have made. */
  off_grammar: z.number(),
  /** Nats an answer, at the temperature of sampling. */
  kl: z.number(),
  proxy: z.number().nullable(),
});
export type Answered = z.output<typeof answered>;

export const answers = defineKind({
  id: 'answers',
  spec,
  result: z.object({ models: z.array(answered) }),
  async run(options, context) {
    const task = tasks.get(options.task);
    const prompts = task.prompts('held-out', options.prompts, options.prompt_seed);
    const reference = loadModel(context.path(options.reference));
    const { temperature } = options;
    const { threads, breathe } = context;
    const models: Answered[] = [];
    for (const [i, name] of options.models.entries()) {
      await breathe();
      const loaded = loadModel(context.path(name));
      const sampling = { temperature, seed: options.seed, threads, breathe };
      const found = await answerTask(task, loaded, prompts, sampling);
      const kl = await klToReference(loaded.model, reference.model, found, { temperature, threads });
      const proxy = options.proxy === undefined ? null : await proxyScore(options.proxy, found, context);
      models.push({ ...factsOf(found), kl, proxy });
      context.onProgress(i + 1, options.models.length);
    }
    return { models };
  },
});

function factsOf(found: readonly TaskAnswer[]): Omit<Answered, 'kl' | 'proxy'> {
  const share = (test: (answer: TaskAnswer) => boolean) => mean(found.map((answer) => (test(answer) ? 1 : 0)));
  const golds = found.map(({ gold }) => gold);
  return {
    golds,
    gold: mean(golds),
    tokens: mean(found.map(({ tokens }) => tokens)),
    ended: share(({ ended }) => ended),
    off_grammar: share(({ onGrammar }) => !onGrammar),
  };
}

async function proxyScore(path: string, found: readonly TaskAnswer[], context: CellContext): Promise<number> {
  const proxy = await openProxy(context.path(path), context.threads);
  try {
    return mean(await proxy.score(found));
  } finally {
    await proxy.close();
  }
}
