/** The OOD failure: offline DPO on demonstrations makes answers likely that are in no data; online DPO from that checkpoint takes them back. */
import { z } from 'zod';
import { markdownTable } from '../../base/markup.ts';
import type { Cell, CellResults } from '../cell.ts';
import { modelOf, offlineDpo, onlineDpo, pairCell, referenceOf } from '../ingredients.ts';
import { type Answered, answers } from '../kinds/answers.ts';
import { PAIRS } from '../kinds/pairs.ts';
import { type Probed, probe } from '../kinds/probe.ts';
import { numberText, spreadText } from '../markdown.ts';
import { defineStudy, evaluationSettings } from '../study.ts';
import type { StudyChart } from '../study-chart.ts';

const settings = z.object({
  task: z.enum(['tldr', 'helpful', 'harmless']).default('harmless'),
  pairs: z.int().min(2).default(1000),
  beta: z.number().positive().default(0.1),
  learning_rate: z.number().positive().default(5e-4),
  batch: z.int().min(1).default(32),
  offline_steps: z.int().min(3).default(150),
  online_steps: z.int().min(4).default(100),
  /** Off-grammar answers that are followed. */
  followed: z.int().min(1).default(64),
  ...evaluationSettings,
});
type Settings = z.output<typeof settings>;

interface Checkpoint {
  readonly title: string;
  readonly model: string;
}

interface SeedPlan {
  readonly answers: Cell<{ models: Answered[] }>;
  readonly probe: Cell<{ found: number; examples: string[]; models: Probed[] }>;
}

const third = ({ offline_steps }: Settings): number => Math.floor(offline_steps / 3);
const quarter = ({ online_steps }: Settings): number => Math.floor(online_steps / 4);

/** In the order of the table. */
const checkpointsOf = (options: Settings): Checkpoint[] => [
  { title: 'reference', model: referenceOf(options.task) },
  { title: `offline ${third(options)}`, model: modelOf('offline', third(options)) },
  { title: `offline ${2 * third(options)}`, model: modelOf('offline', 2 * third(options)) },
  { title: `offline ${options.offline_steps}`, model: modelOf('offline') },
  { title: `then online ${quarter(options)}`, model: modelOf('repaired', quarter(options)) },
  { title: `then online ${options.online_steps}`, model: modelOf('repaired') },
  { title: `online alone ${options.offline_steps}`, model: modelOf('alone') },
];

function planSeed(seed: number, options: Settings): SeedPlan {
  const { task, beta, batch, learning_rate: learningRate, prompts, prompt_seed } = options;
  const base = { task, seed, beta, batch, learningRate };
  const data = pairCell({ task, seed, count: options.pairs, heldOut: 0, demonstrations: true });
  const kept = (every: number) => ({ save_steps: every, save_total_limit: null });
  const offline = offlineDpo({ ...base, steps: options.offline_steps, more: kept(third(options)) }, data);
  const repaired = onlineDpo({ ...base, steps: options.online_steps, more: kept(quarter(options)) }, undefined, {
    cell: offline,
    model: modelOf('start'),
  });
  const alone = onlineDpo({ ...base, steps: options.offline_steps });
  const needs = { offline, repaired, alone };
  const models = checkpointsOf(options).map(({ model }) => model);
  const shared = { task, models, reference: referenceOf(task), prompts, prompt_seed, seed: `${seed}:ood` };
  return {
    answers: answers.cell(`${task}, seed ${seed}: answers of the checkpoints`, shared, needs),
    probe: probe.cell(
      `${task}, seed ${seed}: probabilities of answers outside the data`,
      {
        ...shared,
        damaged: modelOf('offline'),
        pairs: `@data/${PAIRS}`,
        pair_count: Math.min(256, options.pairs),
        most: options.followed,
      },
      { ...needs, data },
    ),
  };
}

export const ood = defineStudy({
  id: 'ood',
  title: 'Answers outside the data: the failure and its repair',
  summary: 'Offline DPO on demonstrations raises the probability of answers that nobody wrote; online DPO lowers it.',
  settings,
  plan(options, seeds) {
    const plan = seeds.map((seed) => planSeed(seed, options));
    return { plan, cells: plan.flatMap((one) => [one.answers, one.probe]) };
  },
  report(plan, results, options) {
    const rows = checkpointsOf(options).map(({ title }, i) => rowOf(title, i, plan, results));
    const probes = plan.map((one) => results.of(one.probe));
    const examples = [...new Set(probes.flatMap((found) => found.examples))].slice(0, 6);
    const markdown = [
      `\`${options.task}\`: offline DPO on ${options.pairs} pairs of demonstrations, β ${options.beta}, rate ${options.learning_rate}, batch ${options.batch}; then online DPO (gold rater) from that checkpoint with the same reference and β. y0 = off-grammar answers that the damaged policy itself gave to held-out prompts (${probes.map(({ found }) => found).join(', ')} of them). Log-ratios on training pairs.`,
      markdownTable(
        [
          'checkpoint',
          'gold',
          'off grammar, %',
          'ends by itself, %',
          'KL, nats',
          'log p(y0)',
          'log-ratio chosen',
          'log-ratio rejected',
          'chosen below start, %',
        ],
        rows.map((row) => [
          row.checkpoint,
          spreadText(row.gold),
          spreadText(
            row.off_grammar.map((share) => 100 * share),
            1,
          ),
          spreadText(
            row.ended.map((share) => 100 * share),
            1,
          ),
          spreadText(row.kl),
          row.y0.includes(null) ? '–' : spreadText(row.y0.map(Number), 1),
          spreadText(row.chosen, 1),
          spreadText(row.rejected, 1),
          spreadText(
            row.chosen_below.map((share) => 100 * share),
            0,
          ),
        ]),
      ),
      examples.length === 0
        ? 'The damaged policy gave no answer outside the grammar.'
        : `Some of the y0:\n\n${examples.map((text) => `- \`${text}\``).join('\n')}`,
      `Each seed's log p(y0): ${rows.map((row) => `${row.checkpoint} ${row.y0.map((value) => numberText(value, 1)).join(', ')}`).join('; ')}.`,
    ].join('\n\n');
    return { result: { rows, examples }, markdown, charts: { y0: chart(rows) } };
  },
});

function rowOf(checkpoint: string, i: number, plan: readonly SeedPlan[], results: CellResults) {
  const found = plan.map((one) => results.of(one.answers).models[i]);
  const probed = plan.map((one) => results.of(one.probe).models[i]);
  return {
    checkpoint,
    gold: found.map(({ gold }) => gold),
    off_grammar: found.map((one) => one.off_grammar),
    ended: found.map(({ ended }) => ended),
    kl: found.map(({ kl }) => kl),
    y0: probed.map(({ y0 }) => y0),
    chosen: probed.map(({ chosen }) => chosen),
    rejected: probed.map(({ rejected }) => rejected),
    chosen_below: probed.map((one) => one.chosen_below),
  };
}

/** One line a seed, over the checkpoints of the damage and its repair. */
function chart(rows: readonly ReturnType<typeof rowOf>[]): StudyChart {
  const way = rows.slice(0, -1);
  return {
    title: 'Probability of answers outside the data',
    x: 'checkpoint, in the order of the table, from 0',
    y: 'log p(y0), nats',
    series: rows[0].y0.map((_, seed) => ({
      name: `repetition ${seed + 1}`,
      points: way.map(({ y0 }, i) => [i, y0[seed] ?? Number.NaN] as const),
    })),
  };
}
