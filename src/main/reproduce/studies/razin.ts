/** Likelihood displacement on a graded scale (Razin et al., 2410.08847): prefer "no" to "never", and "yes" becomes likely; online DPO undoes it. */
import { z } from 'zod';
import { markdownTable } from '../../base/markup.ts';
import { mean } from '../../base/statistics.ts';
import type { Cell, CellResults } from '../cell.ts';
import { gradedScale, SCALE_WORDS, type ScaleLook } from '../kinds/graded-scale.ts';
import { numberText } from '../markdown.ts';
import { defineStudy } from '../study.ts';
import type { StudyChart } from '../study-chart.ts';

const settings = z.object({
  dpo_steps: z.int().min(1).default(100),
  online_steps: z.int().min(1).default(60),
  sft_steps: z.int().min(1).default(600),
  prompts: z.int().min(1).default(8),
  beta: z.number().positive().default(0.1),
  every: z.int().min(1).default(10),
});

interface Variant {
  readonly id: string;
  readonly title: string;
  readonly hidden: number;
  readonly frozen_weights: string[];
  readonly learning_rate: number;
}

/** Width decides whether it shows: a wide model that may move its embeddings moves that of "no" instead. */
const VARIANTS: readonly Variant[] = [
  {
    id: 'frozen',
    title: 'width 16, embedding frozen',
    hidden: 16,
    frozen_weights: ['embed_tokens', 'lm_head'],
    learning_rate: 1e-3,
  },
  { id: 'narrow', title: 'width 8, all weights', hidden: 8, frozen_weights: [], learning_rate: 1e-3 },
  { id: 'wide', title: 'width 32, all weights', hidden: 32, frozen_weights: [], learning_rate: 1e-3 },
];

/** The study's first setting with its own defaults and one seed. */
export function scaleExample(): ScaleCell {
  const { id: _id, title, ...variant } = VARIANTS[0];
  return gradedScale.cell(`graded scale, ${title}`, { ...settings.parse({}), ...variant, heads: 2, seed: 1 });
}

type ScaleCell = Cell<{ offline: ScaleLook[]; online: ScaleLook[] }>;
type Plan = readonly { readonly title: string; readonly id: string; readonly cells: readonly ScaleCell[] }[];

const after = (looks: readonly ScaleLook[]) => looks[looks.length - 1].probabilities;

export const razin = defineStudy({
  id: 'razin',
  title: 'Razin’s example on a graded scale',
  summary: 'DPO prefers "no" to "never" at a level between them; watch "yes" at the other end of the scale.',
  settings,
  plan(options, seeds) {
    const plan: Plan = VARIANTS.map(({ id, title, ...variant }) => ({
      id,
      title,
      cells: seeds.map((seed) =>
        gradedScale.cell(`graded scale, ${title}, seed ${seed}`, { ...options, ...variant, heads: 2, seed: seed }),
      ),
    }));
    return { plan, cells: plan.flatMap(({ cells }) => cells) };
  },
  report(plan, results, { dpo_steps, online_steps, prompts, beta }) {
    const rows = plan.map(({ id, title, cells }) => ({ id, title, ...summary(cells, results) }));
    const markdown = [
      `The reference answers by a bell over the scale never < no < maybe < yes; DPO on ${prompts} prompts at the level of "no", chosen "no", rejected "never", β ${beta}, Adam, ${dpo_steps} full-batch steps; then ${online_steps} steps of online DPO by a rater who likes "no" best and "yes" least.`,
      markdownTable(
        [
          'setting',
          'seeds',
          'yes rises',
          '"no" itself falls',
          'yes above no',
          'before: never, no, maybe, yes',
          'after DPO',
          'after online DPO',
        ],
        rows.map((row) => [
          row.title,
          String(row.seeds),
          String(row.yesRises),
          String(row.noFalls),
          String(row.yesAboveNo),
          fourText(row.before),
          fourText(row.after),
          fourText(row.repaired),
        ]),
      ),
    ].join('\n\n');
    const shown = plan[0];
    return { result: rows, markdown, charts: { probabilities: chart(shown.title, shown.cells, results, dpo_steps) } };
  },
});

type Four = Readonly<Record<(typeof SCALE_WORDS)[number], number>>;

const fourText = (four: Four): string => SCALE_WORDS.map((word) => numberText(four[word])).join(', ');

const meanOfFour = (all: readonly Four[]): Four => {
  const of = (word: keyof Four) => mean(all.map((four) => four[word]));
  return { never: of('never'), no: of('no'), maybe: of('maybe'), yes: of('yes') };
};

function summary(cells: readonly ScaleCell[], results: CellResults) {
  const found = cells.map((cell) => results.of(cell));
  const ends = found.map(({ offline }) => ({ before: offline[0].probabilities, after: after(offline) }));
  return {
    seeds: cells.length,
    yesRises: ends.filter((end) => end.after.yes > end.before.yes).length,
    noFalls: ends.filter((end) => end.after.no < end.before.no).length,
    yesAboveNo: ends.filter((end) => end.after.yes > end.after.no).length,
    before: meanOfFour(ends.map((end) => end.before)),
    after: meanOfFour(ends.map((end) => end.after)),
    repaired: meanOfFour(found.map(({ online }) => after(online))),
    curves: found,
  };
}

/** Mean over the seeds; online steps follow the offline ones. */
function chart(title: string, cells: readonly ScaleCell[], results: CellResults, dpoSteps: number): StudyChart {
  const found = cells.map((cell) => results.of(cell));
  const phases = [...found[0].offline.map((_, i) => found.map(({ offline }) => offline[i]))];
  const later = found[0].online.slice(1).map((_, i) => found.map(({ online }) => online[i + 1]));
  const stepOf = (looks: readonly ScaleLook[], offset: number) => looks[0].step + offset;
  return {
    title: `Probability of each answer, ${title}`,
    x: `step (online after ${dpoSteps})`,
    y: 'probability',
    series: SCALE_WORDS.map((word) => ({
      name: word,
      points: [
        ...phases.map(
          (looks) => [stepOf(looks, 0), meanOfFour(looks.map((look) => look.probabilities))[word]] as const,
        ),
        ...later.map(
          (looks) => [stepOf(looks, dpoSteps), meanOfFour(looks.map((look) => look.probabilities))[word]] as const,
        ),
      ],
    })),
  };
}
