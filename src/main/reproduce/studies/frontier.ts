/** Reward against KL: PPO, offline and online DPO over β, and PPO over target KLs; gold and proxy side by side. */
import { z } from 'zod';
import { markdownTable } from '../../base/markup.ts';
import { mean } from '../../base/statistics.ts';
import type { Cell, CellResults } from '../cell.ts';
import { modelOf, offlineDpo, onlineDpo, pairCell, policyGradient, referenceOf, rewardModel } from '../ingredients.ts';
import { type Answered, answers } from '../kinds/answers.ts';
import { spreadText } from '../markdown.ts';
import { defineStudy, evaluationSettings, rewardModelSettings } from '../study.ts';
import type { StudyChart } from '../study-chart.ts';

const settings = z.object({
  task: z.enum(['tldr', 'helpful', 'harmless']).default('helpful'),
  betas: z.array(z.number().positive()).min(1).default([0.03, 0.1, 0.3]),
  /** Of PPO with a β that adapts, nats. */
  targets: z.array(z.number().positive()).default([1, 4]),
  learning_rate: z.number().positive().default(5e-4),
  steps: z.int().min(1).default(200),
  batch: z.int().min(1).default(32),
  ppo_steps: z.int().min(1).default(100),
  ppo_batch: z.int().min(4).default(64),
  ...rewardModelSettings,
  ...evaluationSettings,
});
type Settings = z.output<typeof settings>;

interface Point {
  readonly method: string;
  /** "β 0.1" or "target 4". */
  readonly knob: string;
  readonly seeds: readonly Cell<{ models: Answered[] }>[];
}

interface Trained {
  readonly method: string;
  readonly knob: string;
  readonly policy: Cell;
}

/** Answers over which an adaptive β may change by its own size: fast enough for a run of a hundred steps. */
const HORIZON = 1000;

function trainedOf(seed: number, options: Settings): { readonly reward: Cell; readonly list: readonly Trained[] } {
  const { task, learning_rate: learningRate, steps, batch } = options;
  const base = { task, seed, learningRate };
  const data = pairCell({ task, seed, count: steps * batch, heldOut: options.held_out_pairs });
  const reward = rewardModel({ ...base, steps: options.reward_steps, batch }, data);
  const dpo = (beta: number) => ({ ...base, steps, batch, beta });
  const ppo = (beta: number) => ({ ...base, steps: options.ppo_steps, batch: options.ppo_batch, beta });
  const adaptive = (target: number) => ({
    ...ppo(ADAPTIVE_START),
    more: { adap_kl_ctrl: true, target, horizon: HORIZON },
  });
  return {
    reward,
    list: [
      ...options.betas.flatMap((beta) => [
        { method: 'offline DPO', knob: `β ${beta}`, policy: offlineDpo(dpo(beta), data) },
        { method: 'online DPO', knob: `β ${beta}`, policy: onlineDpo(dpo(beta)) },
        { method: 'PPO', knob: `β ${beta}`, policy: policyGradient('ppo', ppo(beta), reward) },
      ]),
      ...options.targets.map((target) => ({
        method: 'PPO, target KL',
        knob: `target ${target}`,
        policy: policyGradient('ppo', adaptive(target), reward),
      })),
    ],
  };
}

/** Where the adaptive β starts. */
const ADAPTIVE_START = 0.1;

function planPoints(seeds: readonly number[], options: Settings): Point[] {
  const { task, prompts, prompt_seed } = options;
  const perSeed = seeds.map((seed) => {
    const { reward, list } = trainedOf(seed, options);
    return list.map(({ method, knob, policy }) => ({
      method,
      knob,
      cell: answers.cell(
        `${task}, seed ${seed}: answers of ${method}, ${knob}`,
        {
          task,
          models: [modelOf('policy')],
          reference: referenceOf(task),
          proxy: modelOf('proxy'),
          prompts,
          prompt_seed,
          seed: `${seed}:frontier`,
        },
        { policy, proxy: reward },
      ),
    }));
  });
  return perSeed[0].map(({ method, knob }, i) => ({ method, knob, seeds: perSeed.map((list) => list[i].cell) }));
}

export const frontier = defineStudy({
  id: 'frontier',
  title: 'Reward against KL',
  summary: 'PPO and DPO over β, PPO over target KLs: gold and proxy reward at the distance they were bought with.',
  settings,
  plan(options, seeds) {
    const plan = planPoints(seeds, options);
    return { plan, cells: plan.flatMap((point) => point.seeds) };
  },
  report(plan, results, options) {
    const rows = plan.map((point) => rowOf(point, results));
    const markdown = [
      `\`${options.task}\`, rate ${options.learning_rate}; DPO ${options.steps} steps of ${options.batch} pairs, PPO ${options.ppo_steps} steps of ${options.ppo_batch} answers on a reward model from the offline pairs. β is in the unit of the rater's utility for all: the reward model is not normalised. Proxy = that reward model, for every policy. Compare at equal KL.`,
      markdownTable(
        ['method', 'setting', 'KL, nats', 'gold', 'proxy', 'off grammar, %'],
        rows.map((row) => [
          row.method,
          row.knob,
          spreadText(row.kl),
          spreadText(row.gold),
          spreadText(row.proxy),
          spreadText(
            row.off_grammar.map((share) => 100 * share),
            1,
          ),
        ]),
      ),
    ].join('\n\n');
    return { result: rows, markdown, charts: { 'reward-kl': chart(rows) } };
  },
});

function rowOf({ method, knob, seeds }: Point, results: CellResults) {
  const found = seeds.map((cell) => results.of(cell).models[0]);
  return {
    method,
    knob,
    kl: found.map(({ kl }) => kl),
    gold: found.map(({ gold }) => gold),
    proxy: found.map(({ proxy }) => proxy ?? Number.NaN),
    off_grammar: found.map((one) => one.off_grammar),
  };
}

/** A line for each method and reward, from small to large KL. */
function chart(rows: readonly ReturnType<typeof rowOf>[]): StudyChart {
  const methods = [...new Set(rows.map(({ method }) => method))];
  const line = (method: string, reward: 'gold' | 'proxy') => ({
    name: `${method}: ${reward}`,
    points: rows
      .filter((row) => row.method === method)
      .map((row) => [mean(row.kl), mean(row[reward])] as const)
      .sort(([a], [b]) => a - b),
  });
  return {
    title: 'Gold and proxy reward against KL',
    x: 'KL to the reference, nats an answer',
    y: 'reward',
    series: methods.flatMap((method) => [line(method, 'gold'), line(method, 'proxy')]),
  };
}
