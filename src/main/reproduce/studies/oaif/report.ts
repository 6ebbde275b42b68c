/** Tables of online against offline DPO: wins with both intervals, the settings of a draw beside them, and what each policy is like. */
import { mean } from '../../../base/statistics.ts';
import { type OverSeeds, pointOf, winMinusLossOverSeeds } from '../../../evaluate/win-rate.ts';
import type { Cell, CellResults } from '../../cell.ts';
import type { Answered } from '../../kinds/answers.ts';
import { markdownTable, numberText, percentText, spreadText, withInterval } from '../../markdown.ts';
import type { StudyReport } from '../../study.ts';
import { type SeedPlan, type Settings, type TaskPlan, type Variant, variantIds, variantTitles } from './plan.ts';

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
  { tie }: Settings,
): Comparison[] =>
  plans.flatMap((plan) =>
    pairs.map(([a, b]) => ({
      task: plan.task,
      a: variantTitles[a],
      b: variantTitles[b],
      temperature: 1,
      ...compare(plan, ({ variants }) => [variants[a].answers, variants[b].answers], results, tie),
    })),
  );

const coolComparisons = (plans: readonly TaskPlan[], results: CellResults, { tie, cool }: Settings): Comparison[] =>
  plans.map((plan) => ({
    task: plan.task,
    a: variantTitles.online,
    b: variantTitles.fresh,
    temperature: cool,
    ...compare(plan, (seed) => [seed.cool.online, seed.cool.fresh], results, tie),
  }));

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

const policiesOf = (plans: readonly TaskPlan[], results: CellResults): Facts[] =>
  plans.flatMap(({ task, reference, seeds }) => [
    factsOf(task, 'reference', results.of(reference).models, [0]),
    ...variantIds.map((variant) =>
      factsOf(
        task,
        variantTitles[variant],
        seeds.map(({ variants }) => results.of(variants[variant].answers).models[0]),
        seeds.map(({ variants }) => variants[variant].labels + results.of(variants[variant].trained).labels),
      ),
    ),
  ]);

/** Online DPO by a reward model asks the model, which costs nothing: the labels are those the model learnt from. */
const withoutModelLabels = (plans: readonly TaskPlan[], facts: readonly Facts[]): Facts[] =>
  facts.map((row) => {
    const plan = plans.find(({ task }) => task === row.task);
    return row.policy === variantTitles.onlineByModel && plan
      ? { ...row, labels: plan.seeds.map(({ variants }) => variants.onlineByModel.labels) }
      : row;
  });

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
  const policies = withoutModelLabels(plans, policiesOf(plans, results));
  const accuracies = plans.map(({ task, seeds }) => ({
    task,
    accuracy: seeds.map(({ rewardModel }) => results.of(rewardModel).reward_report?.accuracy ?? Number.NaN),
  }));
  const rates = plans.map(({ task }) => `${options.careful_rate[task]} (${task})`).join(', ');
  const markdown = [
    `β ${options.beta}, ${options.steps} steps of ${options.batch} pairs, learning rate ${options.learning_rate}, sampled and compared at temperature 1 on ${options.prompts} held-out prompts, gold judge, tie below ${options.tie}.`,
    comparisonTable(main),
    `**Where the two draw:** the same at a careful learning rate, ${rates}.`,
    comparisonTable(draw),
    `Compared at sampling temperature ${options.cool} instead (the policies are those of the first table):`,
    comparisonTable(cool),
    `**What a reward model from the same pairs cannot do.** It learns from the fresh pairs (accuracy by gold on held-out pairs ${accuracies.map(({ task, accuracy }) => `${task} ${spreadText(accuracy)}`).join(', ')}); online DPO annotated by it, and PPO on it at the same β (${options.ppo_steps} steps of ${options.ppo_batch} answers), against offline DPO on those pairs:`,
    comparisonTable(byModel),
    'What each policy is like (mean over seeds ± half of the 95% interval; a win rate alone hides a collapsed opponent):',
    factsTable(policies),
  ].join('\n\n');
  return {
    result: { main, draw, cool, by_reward_model: byModel, policies, reward_model_accuracy: accuracies },
    markdown,
  };
}
