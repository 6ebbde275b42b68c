/** Tables of online against offline DPO: wins with both intervals, the settings of a draw beside them, and what each policy is like. */

import { markdownTable } from '../../../base/markup.ts';
import { mean } from '../../../base/statistics.ts';
import { type OverSeeds, pointOf, winMinusLossOverSeeds } from '../../../evaluate/win-rate.ts';
import type { Cell, CellResults } from '../../cell.ts';
import type { Answered } from '../../kinds/answers.ts';
import { numberText, percentText, spreadText, withInterval } from '../../markdown.ts';
import type { StudyReport } from '../../study.ts';
import { type Entry, type SeedPlan, type Settings, type TaskPlan, type Variant, variantTitles } from './plan.ts';

interface Comparison extends OverSeeds {
  readonly task: string;
  readonly a: string;
  readonly b: string;
  readonly temperature: number;
}

/** Which policy is held against which; online first. */
const MAIN: readonly (readonly [Variant, Variant])[] = [
  ['online', 'fresh'],
  ['online', 'demonstrations'],
  ['online', 'fixed'],
];
const DRAW: readonly (readonly [Variant, Variant])[] = [['onlineCareful', 'freshCareful']];
const BY_MODEL: readonly (readonly [Variant, Variant])[] = [
  ['onlineByModel', 'fresh'],
  ['ppo', 'fresh'],
  ['onlineByModel', 'freshCareful'],
  ['ppo', 'freshCareful'],
];

type AnswersCell = Cell<{ models: Answered[] }>;

function compare(
  plan: TaskPlan,
  pick: (seed: SeedPlan) => readonly [AnswersCell, AnswersCell],
  results: CellResults,
  tie: number,
): OverSeeds {
  const golds = (cell: AnswersCell) => results.of(cell).models[0].golds;
  const points = plan.seeds.map((seed) => {
    const [a, b] = pick(seed).map(golds);
    return a.map((gold, i) => pointOf(gold, b[i], tie));
  });
  return winMinusLossOverSeeds(points);
}

const comparisonsOf = (
  plans: readonly TaskPlan[],
  pairs: readonly (readonly [Variant, Variant])[],
  results: CellResults,
  { tie, variants: done }: Settings,
): Comparison[] =>
  plans.flatMap((plan) =>
    pairs
      .filter((pair) => pair.every((variant) => done.includes(variant)))
      .map(([a, b]) => ({
        task: plan.task,
        a: variantTitles[a],
        b: variantTitles[b],
        temperature: 1,
        ...compare(plan, ({ variants }) => [variants[a].answers, variants[b].answers], results, tie),
      })),
  );

function coolComparisons(
  plans: readonly TaskPlan[],
  results: CellResults,
  { tie, cool, variants: done }: Settings,
): Comparison[] {
  if (!done.includes('online') || !done.includes('fresh')) return [];
  return plans.map((plan) => ({
    task: plan.task,
    a: variantTitles.online,
    b: variantTitles.fresh,
    temperature: cool,
    ...compare(plan, (seed) => [seed.cool.online, seed.cool.fresh], results, tie),
  }));
}

const comparisonTable = (rows: readonly Comparison[]): string =>
  markdownTable(
    ['task', 'a', 'b', 'a wins / tie / b wins, %', 'win − loss, over prompts', 'over seeds', 'each seed'],
    rows.map((row) => [
      row.task,
      row.a,
      row.b,
      [row.win, row.tie, row.loss].map((share) => percentText(share)).join(' / '),
      withInterval(row.overPrompts),
      withInterval(row.overSeeds),
      row.bySeed.map((value) => numberText(value, 3)).join(', '),
    ]),
  );

interface Facts {
  readonly task: string;
  readonly policy: string;
  /** A value for each seed. */
  readonly gold: readonly number[];
  readonly kl: readonly number[];
  readonly tokens: readonly number[];
  readonly ended: readonly number[];
  readonly off_grammar: readonly number[];
  readonly proxy: readonly (number | null)[];
  readonly labels: readonly number[];
}

function factsOf(task: string, policy: string, found: readonly Answered[], labels: readonly number[]): Facts {
  const each = <Key extends keyof Answered>(key: Key) => found.map((one) => one[key]);
  return {
    task,
    policy,
    gold: each('gold'),
    kl: each('kl'),
    tokens: each('tokens'),
    ended: each('ended'),
    off_grammar: each('off_grammar'),
    proxy: each('proxy'),
    labels,
  };
}

function policiesOf(plans: readonly TaskPlan[], results: CellResults, done: readonly Variant[]): Facts[] {
  const labelsOf = ({ labels, buysLabels, trained }: Entry) => labels + (buysLabels ? results.of(trained).labels : 0);
  return plans.flatMap(({ task, reference, seeds }) => [
    factsOf(task, 'reference', results.of(reference).models, [0]),
    ...done.map((variant) => {
      const entries = seeds.map(({ variants }) => variants[variant]);
      const found = entries.map((entry) => results.of(entry.answers).models[0]);
      return factsOf(task, variantTitles[variant], found, entries.map(labelsOf));
    }),
  ]);
}

const factsTable = (facts: readonly Facts[]): string =>
  markdownTable(
    ['task', 'policy', 'gold', 'KL, nats', 'tokens', 'off grammar, %', 'ends by itself, %', 'RM score', 'labels used'],
    facts.map((row) => [
      row.task,
      row.policy,
      spreadText(row.gold),
      spreadText(row.kl),
      spreadText(row.tokens, 1),
      spreadText(
        row.off_grammar.map((share) => 100 * share),
        1,
      ),
      spreadText(
        row.ended.map((share) => 100 * share),
        1,
      ),
      row.proxy.includes(null) ? '–' : spreadText(row.proxy.map(Number)),
      numberText(mean(row.labels), 0),
    ]),
  );

export function report(plans: readonly TaskPlan[], results: CellResults, options: Settings): StudyReport {
  const main = comparisonsOf(plans, MAIN, results, options);
  const draw = comparisonsOf(plans, DRAW, results, options);
  const cool = coolComparisons(plans, results, options);
  const byModel = comparisonsOf(plans, BY_MODEL, results, options);
  const policies = policiesOf(plans, results, options.variants);
  const accuracies = plans.map(({ task, seeds }) => ({
    task,
    accuracy: seeds.map(({ rewardModel }) => results.of(rewardModel).reward_report?.accuracy ?? Number.NaN),
  }));
  const rates = plans.map(({ task }) => `${options.careful_rate[task]} (${task})`).join(', ');
  const section = (text: string, rows: readonly Comparison[]) =>
    rows.length === 0 ? [] : [text, comparisonTable(rows)];
  const accuracy = accuracies.map(({ task, accuracy: each }) => `${task} ${spreadText(each)}`).join(', ');
  const markdown = [
    ...section(
      `β ${options.beta}, ${options.steps} steps of ${options.batch} pairs, learning rate ${options.learning_rate}, sampled and compared at temperature 1 on ${options.prompts} held-out prompts, gold judge, tie below ${options.tie}.`,
      main,
    ),
    ...section(`**The same at a careful learning rate,** ${rates}; where an interval holds 0 the two draw:`, draw),
    ...section(
      `Compared at sampling temperature ${options.cool} instead (the policies are those of the first table):`,
      cool,
    ),
    ...section(
      `**What a reward model from the same pairs cannot do.** It learns from the fresh pairs (accuracy by gold on held-out pairs ${accuracy}); online DPO annotated by it, and PPO on it at the same β (${options.ppo_steps} steps of ${options.ppo_batch} answers), against offline DPO on those pairs:`,
      byModel,
    ),
    'What each policy is like (mean over seeds ± half of the 95% interval; a win rate alone hides a collapsed opponent):',
    factsTable(policies),
  ].join('\n\n');
  return {
    result: { main, draw, cool, by_reward_model: byModel, policies, reward_model_accuracy: accuracies },
    markdown,
  };
}
