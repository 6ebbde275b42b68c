/** Over-optimisation of a proxy (Gao et al., 2210.10760): the proxy rises all the way, gold rises and falls; with Gao's fits, for RL and for best-of-n. */
import { z } from 'zod';
import { markdownTable } from '../../base/markup.ts';
import { mean } from '../../base/statistics.ts';
import { fitOveroptimisation, type OveroptimisationForm } from '../../base/statistics-overoptimisation.ts';
import type { Cell, CellResults } from '../cell.ts';
import { modelOf, pairCell, policyGradient, referenceOf, rewardModel } from '../ingredients.ts';
import { type Answered, answers } from '../kinds/answers.ts';
import { type BestOfNRow, bestOfN } from '../kinds/best-of-n.ts';
import { numberText, spreadText } from '../markdown.ts';
import { defineStudy, evaluationSettings, rewardModelSettings } from '../study.ts';
import type { ChartSeries, StudyChart } from '../study-chart.ts';

const settings = z.object({
  task: z.enum(['tldr', 'helpful', 'harmless']).default('helpful'),
  /** So few that the reward model is wrong in places. */
  pairs: z.int().min(2).default(300),
  batch: z.int().min(1).default(32),
  learning_rate: z.number().positive().default(5e-4),
  beta: z.number().min(0).default(0),
  rl_steps: z.int().min(1).default(60),
  rl_batch: z.int().min(4).default(64),
  /** Steps between two looks. */
  every: z.int().min(1).default(3),
  samples: z.int().min(1).default(32),
  ...rewardModelSettings,
  reward_steps: rewardModelSettings.reward_steps.default(60),
  ...evaluationSettings,
  prompts: evaluationSettings.prompts.default(200),
});
type Settings = z.output<typeof settings>;

interface SeedPlan {
  readonly seed: number;
  readonly reward: Cell<{ reward_report?: { accuracy: number } }>;
  readonly curve: Cell<{ models: Answered[] }>;
  readonly best: Cell<{ rows: BestOfNRow[] }>;
}

/** Steps of the checkpoints, the last one left out: it is the result. */
const looksOf = ({ rl_steps, every }: Settings): number[] =>
  Array.from({ length: Math.ceil(rl_steps / every) - 1 }, (_, i) => (i + 1) * every);

function planSeed(seed: number, options: Settings): SeedPlan {
  const { task, batch, learning_rate: learningRate, prompts, prompt_seed } = options;
  const base = { task, seed, learningRate };
  const reward = rewardModel(
    { ...base, steps: options.reward_steps, batch },
    pairCell({ task, seed, count: options.pairs, heldOut: options.held_out_pairs }),
  );
  const checkpoints = { save_steps: options.every, save_total_limit: null };
  const training = { ...base, steps: options.rl_steps, batch: options.rl_batch, beta: options.beta, more: checkpoints };
  const policy = policyGradient('rloo', training, reward);
  const evaluated = { task, prompts, prompt_seed, proxy: modelOf('proxy'), seed: `${seed}:overoptimisation` };
  const models = [referenceOf(task), ...looksOf(options).map((step) => modelOf('policy', step)), modelOf('policy')];
  const curve = answers.cell(
    `${task}, seed ${seed}: gold and proxy along RLOO`,
    { ...evaluated, models, reference: referenceOf(task) },
    { policy, proxy: reward },
  );
  const n = Array.from({ length: Math.floor(Math.log2(options.samples)) + 1 }, (_, i) => 2 ** i);
  const best = bestOfN.cell(
    `${task}, seed ${seed}: best of n by the proxy`,
    { ...evaluated, model: referenceOf(task), samples: options.samples, n },
    { proxy: reward },
  );
  return { seed, reward, curve, best };
}

export const overoptimisation = defineStudy({
  id: 'overoptimisation',
  title: 'Over-optimisation of a proxy reward',
  summary: 'RLOO and best-of-n against a reward model of few pairs: proxy and gold over √KL, with Gao’s fits.',
  settings,
  plan(options, seeds) {
    const plan = seeds.map((seed) => planSeed(seed, options));
    return { plan, cells: plan.flatMap(({ curve, best }) => [curve, best]) };
  },
  report(plan, results, options) {
    const found = plan.map((one) => summary(one, results, options));
    const markdown = [
      `\`${options.task}\`: a reward model from ${options.pairs} pairs (accuracy by gold ${spreadText(found.map(({ accuracy }) => accuracy))}), RLOO against it with β ${options.beta}, ${options.rl_steps} steps of ${options.rl_batch} answers at rate ${options.learning_rate}; looked at every ${options.every} steps on ${options.prompts} held-out prompts. d = √KL; Gao's fits of gold above the reference: d(α − β ln d) for RL, d(α − βd) for best-of-n (up to ${options.samples}).`,
      markdownTable(
        [
          'seed',
          'gold, proxy at the start',
          'highest gold at d',
          'gold, proxy, d at the end',
          'falls from its peak by',
          'RL fit: α, β, R², peak d',
          'best-of-n fit: α, β, R²',
          'best of n: gold, proxy',
        ],
        found.map((row) => [
          String(row.seed),
          `${numberText(row.start.gold)}, ${numberText(row.start.proxy)}`,
          `${numberText(row.peak.gold)} at ${numberText(row.peak.d)}`,
          `${numberText(row.end.gold)}, ${numberText(row.end.proxy)}, ${numberText(row.end.d)}`,
          numberText(row.peak.gold - row.end.gold),
          fitText(row.rl, true),
          fitText(row.bestOfN, false),
          row.best.map(({ n, gold, proxy }) => `${n}: ${numberText(gold)}, ${numberText(proxy)}`).join(' · '),
        ]),
      ),
      'The highest of many noisy points is chosen, so the fall from it is overstated; the fit’s peak is not.',
    ].join('\n\n');
    return { result: found, markdown, charts: { rl: chart(found) } };
  },
});

interface Point {
  readonly d: number;
  readonly gold: number;
  readonly proxy: number;
}

function summary({ seed, reward, curve, best }: SeedPlan, results: CellResults, { rl_steps, every }: Settings) {
  const points = results.of(curve).models.map(({ kl, gold, proxy }, i): Point & { step: number } => ({
    step: Math.min(i * every, rl_steps),
    d: Math.sqrt(Math.max(0, kl)),
    gold,
    proxy: proxy ?? Number.NaN,
  }));
  const rows = results.of(best).rows;
  const start = points[0];
  return {
    seed,
    accuracy: results.of(reward).reward_report?.accuracy ?? Number.NaN,
    start,
    peak: points.reduce((a, b) => (b.gold > a.gold ? b : a)),
    end: points[points.length - 1],
    points,
    rl: fitOf('rl', points, start.gold),
    best: rows,
    bestOfN: fitOf(
      'best_of_n',
      rows.map(({ kl, gold, proxy }) => ({ d: Math.sqrt(kl), gold, proxy })),
      rows[0].gold,
    ),
  };
}

/** null where fewer than three distances were found. */
function fitOf(form: OveroptimisationForm, points: readonly Point[], start: number) {
  if (new Set(points.map(({ d }) => d).filter((d) => d > 0)).size < 3) return null;
  return fitOveroptimisation(
    form,
    points.map(({ d }) => d ** 2),
    points.map(({ gold }) => gold - start),
  );
}

function fitText(fit: ReturnType<typeof fitOf>, withPeak: boolean): string {
  if (!fit) return '–';
  const numbers = [fit.alpha, fit.beta, fit.r2].map((value) => numberText(value));
  return [...numbers, ...(withPeak ? [numberText(fit.peak?.d ?? null)] : [])].join(', ');
}

/** Points of all seeds, each quantity in one colour. */
function chart(found: readonly ReturnType<typeof summary>[]): StudyChart {
  const cloud = (name: string, pick: (point: Point) => number): ChartSeries => ({
    name,
    dots: true,
    points: found.flatMap(({ points }) => points.map((point) => [point.d, pick(point)] as const)),
  });
  const fits = found.flatMap(({ rl, start }) => (rl ? [{ ...rl, start: start.gold }] : []));
  const far = Math.max(...found.flatMap(({ points }) => points.map(({ d }) => d)));
  const fitted = (d: number) =>
    mean(fits.map(({ alpha, beta, start }) => start + (d === 0 ? 0 : d * (alpha - beta * Math.log(d)))));
  const curve: ChartSeries[] =
    fits.length === 0
      ? []
      : [
          {
            name: 'gold, mean fit',
            points: Array.from({ length: 41 }, (_, i) => [(i * far) / 40, fitted((i * far) / 40)] as const),
          },
        ];
  return {
    title: 'RLOO against a proxy: gold and proxy reward',
    x: '√KL to the reference',
    y: 'reward',
    series: [cloud('gold', ({ gold }) => gold), cloud('proxy', ({ proxy }) => proxy), ...curve],
  };
}
