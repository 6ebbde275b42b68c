/** Length bias: a rater who likes long answers teaches it to the reward model, and PPO carries it into its own answers. */
import { z } from 'zod';
import { markdownTable } from '../../base/markup.ts';
import type { Cell, CellResults } from '../cell.ts';
import { modelOf, pairCell, policyGradient, referenceOf, rewardModel } from '../ingredients.ts';
import { type Answered, answers } from '../kinds/answers.ts';
import { numberText, spreadText } from '../markdown.ts';
import { defineStudy, evaluationSettings, rewardModelSettings } from '../study.ts';

const settings = z.object({
  task: z.enum(['tldr', 'helpful', 'harmless']).default('tldr'),
  /** The rater's utility is gold + λ · tokens. */
  lambda: z.array(z.number()).min(1).default([0, 0.22]),
  pairs: z.int().min(2).default(2000),
  batch: z.int().min(1).default(32),
  learning_rate: z.number().positive().default(5e-4),
  beta: z.number().min(0).default(0.1),
  ppo_steps: z.int().min(1).default(40),
  ppo_batch: z.int().min(4).default(64),
  ...rewardModelSettings,
  reward_steps: rewardModelSettings.reward_steps.default(100),
  ...evaluationSettings,
});
type Settings = z.output<typeof settings>;

interface SeedPlan {
  readonly reward: ReturnType<typeof rewardModel>;
  /** Reference, then PPO. */
  readonly answers: Cell<{ models: Answered[] }>;
}

type Plan = readonly { readonly lambda: number; readonly seeds: readonly SeedPlan[] }[];

function planSeed(seed: number, lambda: number, options: Settings): SeedPlan {
  const { task, batch, learning_rate: learningRate, prompts, prompt_seed } = options;
  const base = { task, seed, learningRate };
  const data = pairCell({ task, seed, count: options.pairs, heldOut: options.held_out_pairs, lengthWeight: lambda });
  const reward = rewardModel({ ...base, steps: options.reward_steps, batch }, data);
  const policy = policyGradient(
    'ppo',
    { ...base, steps: options.ppo_steps, batch: options.ppo_batch, beta: options.beta },
    reward,
  );
  return {
    reward,
    answers: answers.cell(
      `${task}, seed ${seed}, λ ${lambda}: answers before and after PPO`,
      {
        task,
        models: [referenceOf(task), modelOf('policy')],
        reference: referenceOf(task),
        proxy: modelOf('proxy'),
        prompts,
        prompt_seed,
        seed: `${seed}:length`,
      },
      { policy, proxy: reward },
    ),
  };
}

export const lengthBias = defineStudy({
  id: 'length-bias',
  title: 'Length bias of a reward model carried into PPO',
  summary: 'A rater who likes length, the reward model’s accuracy where the shorter answer is right, and PPO’s length.',
  settings,
  plan(options, seeds) {
    const plan: Plan = options.lambda.map((lambda) => ({
      lambda,
      seeds: seeds.map((seed) => planSeed(seed, lambda, options)),
    }));
    return { plan, cells: plan.flatMap((row) => row.seeds.map((seed) => seed.answers)) };
  },
  report(plan, results, options) {
    const rows = plan.map(({ lambda, seeds }) => ({ lambda, ...rowOf(seeds, results) }));
    const markdown = [
      `\`${options.task}\`: rater's utility gold + λ · tokens; a reward model from ${options.pairs} pairs; PPO on it, β ${options.beta}, rate ${options.learning_rate}, ${options.ppo_steps} steps of ${options.ppo_batch} answers. Accuracy is by gold, on held-out pairs: where the shorter answer is the better one, and where the longer is. This world's gold itself falls by 0.1 a word.`,
      markdownTable(
        [
          'λ',
          'RM accuracy: all',
          'shorter is better',
          'longer is better',
          'rank correlation of RM and length',
          'tokens before',
          'tokens after',
          'gold before',
          'gold after',
          'RM before',
          'RM after',
          'off grammar after, %',
          'KL',
        ],
        rows.map((row) => [
          numberText(row.lambda),
          ...[row.accuracy, row.shorter, row.longer, row.correlation].map((values) => spreadText(values)),
          ...[row.tokens_before, row.tokens_after].map((values) => spreadText(values, 1)),
          ...[row.gold_before, row.gold_after, row.proxy_before, row.proxy_after].map((values) => spreadText(values)),
          spreadText(
            row.off_grammar_after.map((share) => 100 * share),
            1,
          ),
          spreadText(row.kl),
        ]),
      ),
    ].join('\n\n');
    return { result: rows, markdown };
  },
});

function rowOf(seeds: readonly SeedPlan[], results: CellResults) {
  const reports = seeds.map(({ reward }) => results.of(reward).reward_report);
  const found = seeds.map((seed) => results.of(seed.answers).models);
  const each = (place: number, key: 'tokens' | 'gold' | 'proxy' | 'off_grammar' | 'kl') =>
    found.map((models) => models[place][key] ?? Number.NaN);
  return {
    accuracy: reports.map((report) => report?.accuracy ?? Number.NaN),
    shorter: reports.map((report) => report?.accuracyShorterChosen ?? Number.NaN),
    longer: reports.map((report) => report?.accuracyLongerChosen ?? Number.NaN),
    correlation: reports.map((report) => report?.lengthCorrelation ?? Number.NaN),
    tokens_before: each(0, 'tokens'),
    tokens_after: each(1, 'tokens'),
    gold_before: each(0, 'gold'),
    gold_after: each(1, 'gold'),
    proxy_before: each(0, 'proxy'),
    proxy_after: each(1, 'proxy'),
    off_grammar_after: each(1, 'off_grammar'),
    kl: each(1, 'kl'),
  };
}
