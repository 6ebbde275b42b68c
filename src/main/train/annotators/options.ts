/** Options of online DPO: how often it samples, who labels, and what becomes of ties. */
import { z } from 'zod';
import { commonOptions } from '../config.ts';
import { pairOptions } from '../pair-options.ts';
import { samplingOptions } from '../rollouts/options.ts';

export const onlineOptions = {
  ...samplingOptions,
  ...pairOptions,
  learning_rate: commonOptions.learning_rate.default(5e-7),
  temperature: samplingOptions.temperature.default(0.9),
  annotator: z.string().min(1).default('gold').meta({
    title: 'Annotator',
    description: 'Who says which of two answers is better.',
    group: 'Annotator',
    common: true,
  }),
  num_generations: z.int().min(2).default(2).meta({
    title: 'Answers a prompt',
    description: 'The best and the worst of them become the pair; more than 2 need an annotator that scores.',
    group: 'Sampling',
  }),
  resample_every: z.int().min(0).default(1).meta({
    title: 'Resample every',
    description: '1 is fully online; n samples n steps ahead; 0 samples everything at the start, which is offline DPO.',
    group: 'Sampling',
    unit: 'steps',
    common: true,
  }),
  offline_dataset: z.string().min(1).optional().meta({
    title: 'Offline pairs',
    description: 'Fixed preference pairs that are mixed in.',
    group: 'Annotator',
  }),
  offline_share: z.number().min(0).max(1).default(0).meta({
    title: 'Offline share',
    description: 'Part of each batch that comes from the fixed pairs.',
    group: 'Annotator',
  }),
  labelling: z.enum(['threshold', 'bernoulli', 'soft']).default('bernoulli').meta({
    title: 'Labels',
    description:
      'threshold: the likelier side. bernoulli: drawn by the probability. soft: both sides, by their probability.',
    group: 'Annotator',
  }),
  rater_temperature: z.number().min(0).default(1).meta({
    title: 'Rater temperature',
    description: 'P(a over b) = σ((s_a − s_b) / T); 0 is a rater without noise.',
    group: 'Annotator',
  }),
  label_flip: z.number().min(0).max(0.5).default(0).meta({
    title: 'Label noise',
    description: 'Probability that a label is turned round on purpose.',
    group: 'Annotator',
  }),
  tie_band: z.number().min(0).lt(0.5).default(0).meta({
    title: 'Tie band',
    description: 'Probabilities closer to ½ than this are ties.',
    group: 'Annotator',
  }),
  tie_policy: z.enum(['drop', 'half', 'skip']).default('drop').meta({
    title: 'Ties',
    description: 'drop: the batch is the others. half: learnt in both directions. skip: counted, not learnt.',
    group: 'Annotator',
  }),
  judge_endpoint: z.string().min(1).optional().meta({
    title: 'Judge',
    description: 'Name of a judge of Settings, whose address, model and key are taken.',
    group: 'Annotator',
  }),
  judge_url: z.string().min(1).optional().meta({
    title: 'Judge address',
    description: 'An OpenAI-compatible endpoint, ending in /v1.',
    group: 'Annotator',
  }),
  judge_model: z.string().min(1).optional().meta({
    title: 'Judge model',
    description: 'Name of the model at the endpoint.',
    group: 'Annotator',
  }),
  judge_rule: z.enum(['average', 'disagreement']).default('average').meta({
    title: 'Judge rule',
    description: 'average: of both orders (OAIF). disagreement: a tie unless both orders agree.',
    group: 'Annotator',
  }),
  judge_concurrency: z.int().min(1).max(64).default(4).meta({
    title: 'Requests at once',
    description: 'How many questions the judge gets at a time.',
    group: 'Annotator',
  }),
} as const;

const schema = z.object(onlineOptions);
export type OnlineOptions = z.output<typeof schema>;
