/** What is known of a metric: unit, formula, how to read it, and where its axis begins. */

export interface MetricFacts {
  readonly unit: string;
  /** Formula or definition, then how to read it. */
  readonly help?: string;
  readonly fromZero?: boolean;
  readonly anchor?: { readonly y: number; readonly label: string };
}

const share = (help: string): MetricFacts => ({ unit: 'share', fromZero: true, help });

/** Formulas and sources stand with the code in train/diagnostics; here is how to read them. */
const DIAGNOSTICS: Readonly<Record<string, MetricFacts>> = {
  'displacement/chosen_below_start': {
    ...share(
      'Pairs whose log π(y⁺) is below its value at step 0. Not damage by itself: a policy that gets better leaves the average reference answer too. Judge by off-grammar answers, ends and KL.',
    ),
    unit: 'share of pairs',
  },
  'displacement/both_fall': {
    ...share(
      'Pairs whose margin grew while both answers became less likely: the mass went to answers outside the data. High in good online runs as well; where it went is what counts.',
    ),
    unit: 'share of pairs',
  },
  'displacement/chosen_change': { unit: 'nats per answer', help: 'Mean of log π(y⁺) minus its value at step 0.' },
  'displacement/rejected_change': { unit: 'nats per answer', help: 'Mean of log π(y⁻) minus its value at step 0.' },
  'displacement/mass_moved': share(
    'Half the L1 distance between the mean next-token distribution now and at step 0, over the first tokens of held-out answers.',
  ),
  'displacement/mass_to_others': share(
    'Part of the moved mass that went to tokens which no held-out answer has. diagnostics.jsonl names the tokens.',
  ),
  'ood/new_trigrams': share('Token trigrams of fresh answers that no answer of the data has.'),
  'ood/far_samples': share(
    'Fresh answers most of whose trigrams are in no answer of the data: far from every one of them.',
  ),
  'ood/own_minus_data': {
    unit: 'nats per answer',
    help: 'Mean log π of the policy’s own answers minus that of the data’s. Far above 0, the policy prefers what the data has not.',
  },
  'ood/mass': share('Exact mass on responses that the reference makes less often than once in 10 000.'),
  'ood/mass_reference': share('The same of the reference itself.'),
  'completions/mean_length': {
    unit: 'tokens',
    fromZero: true,
    help: 'Tokens of fresh answers, without the end token.',
  },
  'completions/ended': share('Fresh answers that end by themselves within the limit.'),
  'completions/repetition': share('Trigrams of a fresh answer that stood in it before (rep-3).'),
  'kl/k1': {
    unit: 'nats per answer',
    help: 'Mean of log π/π_ref over samples of the policy: unbiased, below 0 by chance only.',
  },
  'kl/k2': {
    unit: 'nats per answer',
    fromZero: true,
    help: 'Half the square of each token’s log-ratio: biased, steady.',
  },
  'kl/k3': {
    unit: 'nats per answer',
    fromZero: true,
    help: 'r − 1 − log r with r = π_ref/π: unbiased and never below 0. A few unlikely tokens may carry it.',
  },
  'length/within_prompt': {
    unit: 'correlation',
    help: 'Reward against length among answers to the same prompt. Above 0: longer answers score better, whatever they say.',
    anchor: { y: 0, label: 'no bias' },
  },
  'length/score_correlation': {
    unit: 'correlation',
    help: 'Reward against length over all held-out answers, one a prompt: hard prompts with long answers count as well.',
    anchor: { y: 0, label: 'no bias' },
  },
  'length/accuracy_shorter_chosen': {
    ...share(
      'Accuracy where the chosen answer is the shorter one, and where it is the longer one. Far apart: the scores follow length.',
    ),
    unit: 'share of pairs',
    anchor: { y: 0.5, label: 'chance' },
  },
  'length/rank_correlation': {
    unit: 'Kendall’s τ',
    help: 'Score against length among the answers to one prompt, mean over prompts. Above 0: longer answers score higher.',
    anchor: { y: 0, label: 'no bias' },
  },
  'length/stratified_margin': {
    unit: 'score',
    help: 'Margin that is left when chosen and rejected answers of equal length are compared. Near 0 while the margin grows: the scores follow length.',
    anchor: { y: 0, label: 'none' },
  },
  'length/stratified_gain': {
    unit: 'reward',
    help: 'Gain since step 0 among answers of equal length. Near 0 while the reward grows: the gain is length.',
    anchor: { y: 0, label: 'step 0' },
  },
  'agreement/implicit_explicit': {
    unit: 'Spearman’s ρ',
    help: 'Do log π/π_ref and the reward put the same answers first? 1: the same order.',
  },
  'gold/accuracy': {
    ...share(
      'Held-out pairs whose better answer by the gold reward has the higher score. Labels are noisy, gold is not.',
    ),
    unit: 'share of pairs',
    anchor: { y: 0.5, label: 'chance' },
  },
  'gold/accuracy_shorter_better': {
    ...share(
      'The same where the better answer is the shorter one, and where it is the longer one. Far apart: what is trained on these scores will change its length.',
    ),
    unit: 'share of pairs',
    anchor: { y: 0.5, label: 'chance' },
  },
  'gold/correlation': {
    unit: 'Spearman’s ρ',
    help: 'Score against gold over all held-out answers. 1: the same order.',
    anchor: { y: 0, label: 'none' },
  },
  'agreement/optimum_distance': {
    unit: 'reward',
    fromZero: true,
    help: 'Standard deviation of r − β·log π/π_ref among the answers to one prompt: 0 at the optimum, whatever Z is.',
  },
  'drift/mean': {
    unit: 'score',
    help: 'Change of the mean score of held-out answers. Only differences are learnt, so the level drifts freely; center_rewards_coefficient holds it.',
    anchor: { y: 0, label: 'step 0' },
  },
  'drift/std': {
    unit: 'score',
    help: 'Change of their standard deviation: the scale that β of PPO is in. It goes on growing when a reward model overfits.',
    anchor: { y: 0, label: 'step 0' },
  },
  'drift/rank_correlation': { unit: 'Spearman’s ρ', help: 'How much of the order of step 0 is left.' },
  'overoptimisation/sqrt_kl': {
    unit: '√nats',
    fromZero: true,
    help: 'Distance from the reference, as Gao et al. draw it.',
  },
  'overoptimisation/proxy_gain': {
    unit: 'reward',
    help: 'What the reward that is learnt from has gained since step 0.',
  },
  'overoptimisation/gold_gain': {
    unit: 'reward',
    help: 'What the gold reward has gained. Falling while the proxy rises: the policy exploits the proxy’s errors.',
    anchor: { y: 0, label: 'step 0' },
  },
  'overoptimisation/alpha': {
    unit: '',
    help: 'α of R(d) = d(α − β log d), fitted to the gold reward so far; d = √KL.',
  },
  'overoptimisation/beta': { unit: '', help: 'β of R(d) = d(α − β log d): how fast the proxy’s errors cost.' },
  'overoptimisation/peak_sqrt_kl': {
    unit: '√nats',
    help: 'Distance at which the fitted gold reward is highest: more is too much.',
  },
  'judge/tie_rate': share('Pairs that the annotator called a tie.'),
  'judge/flip_rate': share('Pairs whose winner changed when the answers changed places.'),
  'judge/left_share': {
    ...share('How often the left answer won, of decided pairs.'),
    anchor: { y: 0.5, label: 'no habit' },
  },
  'judge/gold_agreement': share('Labels of this step that are the gold reward’s own.'),
  'judge/gold_kappa': { unit: 'Cohen’s κ', help: 'Agreement with the gold reward beyond chance; 0.6 is good.' },
  'judge/gold_alpha': {
    unit: 'Krippendorff’s α',
    help: 'Agreement with the gold reward beyond chance; 0.8 is what to rely on.',
  },
};

const HALF_WIDTH: MetricFacts = { unit: '± nats', fromZero: true, help: 'Half the width of the 95% interval.' };
const PROBE: MetricFacts = {
  unit: 'nats per answer',
  help: 'Mean log π of this string and its end, behind held-out prompts. Rising: mass goes where nobody wants it. A fixed string may never move; take probes from odd samples.',
};

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
  'sampling/sampling_logp_difference/mean': {
    unit: 'nats per token',
    fromZero: true,
    help: 'How far the quantised weights that drew the answers are from those in training: mean of |Δ ln π| over drawn tokens, at temperature 1.',
  },
  'sampling/sampling_logp_difference/max': {
    unit: 'nats',
    fromZero: true,
    help: 'The drawn token on which quantised weights and those in training differ most, at temperature 1.',
  },
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
  min_reward: { unit: 'score', help: 'Lowest score of a batch.' },
  mean_reward: { unit: 'score', help: 'Mean score. Its level means nothing: only differences are learnt.' },
  max_reward: { unit: 'score', help: 'Highest score of a batch.' },
  std_reward: { unit: 'score', fromZero: true, help: 'Standard deviation of the scores.' },
  'calibration/overconfidence': {
    unit: 'probability',
    help: 'Mean of σ(|r⁺ − r⁻|) minus the share judged right. Above 0 the model is surer than it is right, below 0 less sure.',
    anchor: { y: 0, label: 'calibrated' },
  },
  'calibration/ece': share('Mean gap between σ(r⁺ − r⁻) and how often it was right.'),
  'val/contain_eos_token': share('Answers that end by themselves.'),
  'val/off_grammar': share(
    'Answers that the demonstrations’ grammar cannot have made. Tells damage from success where log-probabilities do not.',
  ),
  ...DIAGNOSTICS,
};

const EVERY = ['num_tokens', 'loss', 'grad_norm', 'learning_rate', 'entropy', 'mean_token_accuracy'];
const sides = (metric: string) => [`${metric}/chosen`, `${metric}/rejected`];

/** Metrics that a method reports from its first step on. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  sft: EVERY,
  dpo: [...sides('rewards'), 'rewards/margins', 'rewards/accuracies', ...sides('logps'), ...sides('logits'), ...EVERY],
};

export const expectedMetrics = (method: string): readonly string[] => EXPECTED[method] ?? [];

const CALIBRATION_CURVE: MetricFacts = {
  unit: 'judged right',
  help: '70%: share judged right of the held-out pairs of which σ(|r⁺ − r⁻|) says 70 to 80%. Calibrated, each curve lies in its own tenth.',
};

const STEP_TIME: MetricFacts = {
  unit: 's',
  fromZero: true,
  help: 'What a step spends its time on: step is all of it; sampling draws answers, annotator scores or compares them, reference and scoring are passes without gradient, update is forward and backward.',
};

/** Chosen and rejected, shorter and longer have the same facts. */
export function factsOf(metric: string): MetricFacts {
  if (metric.startsWith('time/')) return STEP_TIME;
  if (metric.startsWith('calibration/right_')) return CALIBRATION_CURVE;
  if (metric.startsWith('probes/')) return PROBE;
  if (/^kl\/.*_ci$/.test(metric)) return HALF_WIDTH;
  return FACTS[metric] ?? FACTS[metric.replace(/rejected$/, 'chosen').replace('_longer_', '_shorter_')] ?? { unit: '' };
}
