/** What a queue's host and its job agree on: the job's config and the files they leave for each other. */
import { z } from 'zod';
import { textOrChat } from '../../preload/contract/datasets.ts';
import { queueJudge } from '../../preload/contract/queues.ts';

export const QUEUE_METHOD = 'rating_queue';

/** Within the job's folder. `work`: what is asked · `items`: pairs to rate · `judgements`: what the judge said, by their order. */
export const QUEUE_FILES = { work: 'work.json', items: 'items.json', judgements: 'judgements.json' } as const;

export const queueWork = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('models'), prompts: z.array(textOrChat).min(1) }),
  /** The pairs are there: they are only judged. */
  z.object({
    kind: z.literal('dataset'),
    items: z.array(z.object({ prompt: z.string(), first: z.string(), second: z.string() })),
  }),
]);
export type QueueWork = z.output<typeof queueWork>;

export const queueConfig = z.object({
  method: z.literal(QUEUE_METHOD),
  /** Names of the models that answer. */
  model: z.array(z.string()),
  reward_model: z.string().optional(),
  judge: queueJudge.nullable(),
  temperature: z.number().positive(),
  max_new_tokens: z.int().min(1),
  seed: z.int(),
});

export const queueItems = z.array(
  z.object({
    prompt: z.string(),
    first: z.string(),
    second: z.string(),
    firstModel: z.string(),
    secondModel: z.string(),
    sourceRow: z.null(),
  }),
);

export const queueJudgements = z.array(
  z.object({
    position: z.int(),
    verdict: z.enum(['first', 'second', 'tie']),
    first: z.number().nullable(),
    second: z.number().nullable(),
  }),
);
