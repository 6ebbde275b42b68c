/** What is known of a metric: unit, formula, how to read it, and where its axis begins. */

export interface MetricFacts {
  readonly unit: string;
  /** Formula or definition, then how to read it. */
  readonly help?: string;
  readonly fromZero?: boolean;
  readonly anchor?: { readonly y: number; readonly label: string };
}

const share = (help: string): MetricFacts => ({ unit: 'share', fromZero: true, help });

const FACTS: Readonly<Record<string, MetricFacts>> = {
  loss: { unit: 'nats', help: 'What the optimiser makes small, averaged over the step.' },
  grad_norm: {
    unit: 'L2, before clipping',
    fromZero: true,
    help: 'Length of all gradients together. Single spikes are cut by max_grad_norm.',
  },
  learning_rate: { unit: '', fromZero: true, help: 'Step size that the schedule gave this step.' },
  mean_token_accuracy: share('How often the likeliest token is the right one.'),
  entropy: {
    unit: 'nats per token',
    fromZero: true,
    help: 'How undecided the policy is. Near 0 it always says the same.',
  },
  'rewards/chosen': {
    unit: 'nats',
    help: 'β·Σ log π/π_ref over the tokens of an answer. Below 0: less likely than under the reference.',
  },
  'rewards/margins': { unit: 'nats', help: 'rewards/chosen − rewards/rejected. The loss sees nothing else.' },
  'rewards/accuracies': {
    ...share('How often the chosen answer has the larger implicit reward.'),
    unit: 'share of pairs',
    anchor: { y: 0.5, label: 'chance' },
  },
  'logps/chosen': { unit: 'nats per answer', help: 'Σ log π over the tokens of an answer.' },
  'logits/chosen': { unit: '', help: 'Mean logit over the tokens of an answer.' },
  'objective/kl': { unit: 'nats per answer', fromZero: true, help: 'Mean of log π/π_ref over samples of the policy.' },
  'objective/entropy': { unit: 'nats', help: 'Entropy of the policy over its own samples.' },
  'objective/scores': { unit: '', help: 'Mean score of the samples by the reward model.' },
  'objective/rlhf_reward': { unit: '', help: 'Score minus the KL penalty.' },
  'policy/clipfrac_avg': share('Tokens whose ratio left 1 ± ε.'),
  'policy/approxkl_avg': { unit: 'nats', fromZero: true, help: 'Mean of ½(log ratio)² within one update.' },
  'objective/gold': { unit: 'gold reward', help: 'Mean gold reward of fresh answers to held-out prompts.' },
  'loss/policy_avg': { unit: '', help: 'Clipped policy loss, averaged over the updates of a step.' },
  'tokens/responses_len_mean': { unit: 'tokens', help: 'Mean length of the sampled answers.' },
  accuracy: {
    ...share('How often the chosen answer has the larger score.'),
    unit: 'share of pairs',
    anchor: { y: 0.5, label: 'chance' },
  },
  margin: { unit: 'score', help: 'Score of the chosen answer minus that of the rejected one.' },
  'calibration/ece': share('Mean gap between σ(r⁺ − r⁻) and how often it was right.'),
  'val/contain_eos_token': share('Answers that end by themselves.'),
};

const EVERY = ['num_tokens', 'loss', 'grad_norm', 'learning_rate', 'entropy', 'mean_token_accuracy'];
const sides = (metric: string) => [`${metric}/chosen`, `${metric}/rejected`];

/** Metrics that a method reports from its first step on. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  sft: EVERY,
  dpo: [...sides('rewards'), 'rewards/margins', 'rewards/accuracies', ...sides('logps'), ...sides('logits'), ...EVERY],
};

export const expectedMetrics = (method: string): readonly string[] => EXPECTED[method] ?? [];

/** Chosen and rejected have the same facts. */
export function factsOf(metric: string): MetricFacts {
  return FACTS[metric] ?? FACTS[metric.replace(/rejected$/, 'chosen')] ?? { unit: '' };
}
