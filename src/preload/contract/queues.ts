/** Contract: queues of pairs that people rate because somebody wants to know, not because a run waits: answers of models, or pairs of a dataset. */
import { z } from 'zod';
import { rating, shownPair, verdict } from './ratings.ts';
import { maybeNumber } from './system.ts';

/** Who judges beside the people; its verdict on a pair is shown after theirs. */
export const queueJudge = z.discriminatedUnion('kind', [
  /** The built-in task's own reward; prompts must be that task's. */
  z.object({ kind: z.literal('gold') }),
  z.object({ kind: z.literal('reward-model'), model: z.string() }),
  /** An OpenAI-compatible endpoint, asked in both orders; its key is that of Settings, or the environment's. */
  z.object({
    kind: z.literal('llm'),
    url: z.string().min(1).max(2000),
    model: z.string().min(1).max(200),
    rule: z.enum(['average', 'disagreement']).default('average'),
    /** The judge of Settings that this is: its address, model and key are taken. */
    endpoint: z.string().optional(),
  }),
  z.object({ kind: z.literal('length') }),
]);
export type QueueJudge = z.infer<typeof queueJudge>;

/** What is rated. `dataset` is a name, or a name and version, "pairs@2". */
export const queueSource = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('models'),
    models: z.array(z.string()).min(2).max(8),
    /** Held-out prompts of a built-in task, or those of a dataset. */
    prompts: z.union([z.object({ task: z.string() }), z.object({ dataset: z.string() })]),
    temperature: z.number().positive().max(10).default(0.7),
    maxNewTokens: z.int().min(1).max(4096).default(128),
  }),
  z.object({ kind: z.literal('dataset'), dataset: z.string() }),
]);
export type QueueSource = z.infer<typeof queueSource>;

export const newQueue = z.object({
  name: z.string().trim().min(1).max(80),
  source: queueSource,
  /** Prompts, or pairs of the dataset; drawn with the seed where there are more. */
  count: z.int().min(1).max(5000).default(50),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
  judge: queueJudge.nullable().default(null),
  /** Who rates, each pair dealt to as many of them as it needs; empty: whoever comes. */
  raters: z.array(z.string().trim().min(1).max(100)).max(50).default([]),
  /** People for each pair of the overlap; null: everybody. */
  ratersEach: z.int().min(2).max(50).nullable().default(null),
  /** Share of the pairs that several people rate, those shown first; one person rates each of the others. */
  overlapShare: z.number().min(0).max(1).default(1),
});
export type NewQueue = z.input<typeof newQueue>;

export const queueSummary = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['models', 'dataset']),
  /** answering: its job has not left the answers yet · ready: can be rated · failed: there are none, `error` says why. */
  status: z.enum(['answering', 'ready', 'failed']),
  error: z.string().nullable(),
  runId: z.string().nullable(),
  step: z.int(),
  maxSteps: z.int(),
  items: z.int(),
  /** By the one who asks. */
  rated: z.int(),
  /** Pairs that the one who asks has rated or may still rate. */
  mine: z.int(),
  /** Who rates, where they were named. */
  dealtTo: z.array(z.string()),
  ratersEach: z.int().nullable(),
  /** Pairs that several people are to rate. */
  overlap: z.int(),
  raters: z.array(z.object({ name: z.string(), ratings: z.int() })),
  models: z.array(z.string()),
  /** What the pairs are from: "pairs@2". */
  dataset: z.string().nullable(),
  judge: z.string().nullable(),
  judged: z.int(),
  createdAt: z.string(),
});
export type QueueSummary = z.infer<typeof queueSummary>;

/** The pair that a person sees next; sides are drawn for each person. */
export const queueItem = shownPair.extend({ id: z.int(), queueId: z.string(), rated: z.int(), total: z.int() });
export type QueueItem = z.infer<typeof queueItem>;

export const tags = z.array(z.string().trim().min(1).max(40)).max(20);
export const queueRating = rating.extend({ tags: tags.default([]) });

/** What the judge said of a pair that has just been rated, in the sides it was shown in. */
export const judgeVerdict = z.object({ judge: z.string(), verdict });
export type JudgeVerdict = z.infer<typeof judgeVerdict>;

/** One rater or judge on one pair of models, from the first model's side. */
export const queueRow = z.object({
  by: z.string(),
  judge: z.boolean(),
  n: z.int(),
  win: z.int(),
  tie: z.int(),
  loss: z.int(),
  winRate: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  /** Means of 1–5 where there were any. */
  qualityA: maybeNumber,
  qualityB: maybeNumber,
});
export type QueueRow = z.infer<typeof queueRow>;

export const queueResults = z.object({
  pairs: z.array(z.object({ a: z.string(), b: z.string(), rows: z.array(queueRow) })),
  /** Two who said something of the same pairs; κ null: it is not defined there. */
  agreement: z.array(
    z.object({ first: z.string(), second: z.string(), n: z.int(), agreed: z.int(), kappa: maybeNumber }),
  ),
  /** Krippendorff's α over all raters, judges left out; null without overlap. */
  alpha: maybeNumber,
  /** Pairs that more than one person has rated: what α rests on. */
  overlap: z.int(),
  /** How often each rater preferred the left answer, of the pairs decided. */
  sides: z.array(z.object({ rater: z.string(), left: z.int(), decided: z.int() })),
  tags: z.array(z.object({ tag: z.string(), count: z.int() })),
});
export type QueueResults = z.infer<typeof queueResults>;
