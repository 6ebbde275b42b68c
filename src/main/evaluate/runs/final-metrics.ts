/** What the table of a comparison holds: final values, from the metrics under which methods report them. */

export interface FinalMetric {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** The first that a series has; those of evaluations go before those of training. */
  readonly metrics: readonly string[];
  readonly better: 'higher' | 'lower' | null;
}

const evaluated = (...metrics: readonly string[]): string[] => [
  ...metrics.map((metric) => `eval_${metric}`),
  ...metrics,
];

/** In the order of the table. */
export const FINAL_METRICS: readonly FinalMetric[] = [
  { id: 'gold', title: 'Gold score', unit: 'gold reward', metrics: evaluated('objective/gold'), better: 'higher' },
  {
    id: 'score',
    title: 'Score',
    unit: 'of the reward learnt from',
    metrics: evaluated('objective/scores'),
    better: 'higher',
  },
  { id: 'kl', title: 'KL to reference', unit: 'nats', metrics: evaluated('objective/kl', 'kl/k1'), better: null },
  {
    id: 'length',
    title: 'Length',
    unit: 'tokens',
    metrics: evaluated('tokens/responses_len_mean', 'completions/mean_length'),
    better: null,
  },
  {
    id: 'ended',
    title: 'Ends by itself',
    unit: 'share',
    metrics: evaluated('val/contain_eos_token', 'completions/ended'),
    better: 'higher',
  },
  { id: 'off-grammar', title: 'Off grammar', unit: 'share', metrics: evaluated('val/off_grammar'), better: 'lower' },
  { id: 'far', title: 'Outside the data', unit: 'share', metrics: evaluated('ood/far_samples'), better: 'lower' },
  {
    id: 'accuracy',
    title: 'Accuracy on pairs',
    unit: 'share',
    metrics: evaluated('rewards/accuracies', 'accuracy'),
    better: 'higher',
  },
  { id: 'margin', title: 'Margin', unit: 'nats', metrics: evaluated('rewards/margins', 'margin'), better: null },
  { id: 'loss', title: 'Loss', unit: 'nats', metrics: evaluated('loss'), better: null },
];

/** What is read off the samples of the last evaluation, prompt by prompt. */
export const SAMPLE_METRICS = [
  { id: 'sample-reward', title: 'Reward of samples', unit: 'reward', better: 'higher', of: 'reward' },
  { id: 'sample-length', title: 'Length of samples', unit: 'tokens', better: null, of: 'tokens' },
  { id: 'sample-ended', title: 'Samples that end', unit: 'share', better: 'higher', of: 'ended' },
] as const;
