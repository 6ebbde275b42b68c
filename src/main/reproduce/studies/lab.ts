/** The exact lab over several seeds: β·KL(π‖π*) of every method, on the prompts it was trained on and on held-out ones. */
import { z } from 'zod';
import { markdownTable } from '../../base/markup.ts';
import { mean } from '../../base/statistics.ts';
import { labMethods } from '../../train/lab/index.ts';
import type { Cell, CellResults } from '../cell.ts';
import { referenceOf } from '../ingredients.ts';
import { type LabGap, lab as labKind } from '../kinds/lab.ts';
import { numberText, spreadText } from '../markdown.ts';
import { defineStudy } from '../study.ts';

const methodIds = labMethods.all.map(({ id }) => id) as [string, ...string[]];

const settings = z.object({
  methods: z.array(z.enum(methodIds)).min(1).default(methodIds),
  beta: z.number().positive().default(0.5),
  /** Trained and measured on. */
  fixed_prompts: z.int().min(1).default(16),
  steps: z.int().min(1).default(200),
  /** Trained on when others are measured. */
  many_prompts: z.int().min(1).default(512),
  held_out: z.int().min(1).default(32),
  held_out_steps: z.int().min(1).default(300),
  learning_rate: z.number().positive().default(1e-3),
});

type LabCell = Cell<{ title: string; start: LabGap; end: LabGap; cpu_seconds: number }>;
type Row = { readonly heldOut: boolean; readonly seeds: readonly LabCell[] };

export const lab = defineStudy({
  id: 'lab',
  title: 'Methods against the exact optimum',
  summary: 'All responses listed: how far each method ends from the policy that is best for its own objective.',
  settings,
  plan(options, seeds) {
    const row = (method: string, heldOut: boolean): Row => ({
      heldOut,
      seeds: seeds.map((seed) =>
        labKind.cell(`lab, ${method}${heldOut ? ', held-out prompts' : ''}, seed ${seed}`, {
          reference: referenceOf('enumerable'),
          method,
          beta: options.beta,
          prompts: heldOut ? options.many_prompts : options.fixed_prompts,
          held_out: heldOut ? options.held_out : 0,
          steps: heldOut ? options.held_out_steps : options.steps,
          learning_rate: options.learning_rate,
          seed,
        }),
      ),
    });
    const plan = [false, true].flatMap((heldOut) => options.methods.map((method) => row(method, heldOut)));
    return { plan, cells: plan.flatMap((one) => one.seeds) };
  },
  report(plan, results, options) {
    const rows = plan.map((one) => rowOf(one, results));
    const markdown = [
      `β ${options.beta}, rate ${options.learning_rate}. Trained and measured on ${options.fixed_prompts} prompts, ${options.steps} steps:`,
      table(rows.filter(({ held_out }) => !held_out)),
      `Trained on ${options.many_prompts} prompts for ${options.held_out_steps} steps, measured on ${options.held_out} held-out ones:`,
      table(rows.filter(({ held_out }) => held_out)),
    ].join('\n\n');
    return { result: rows, markdown };
  },
});

function rowOf({ heldOut, seeds }: Row, results: CellResults) {
  const found = seeds.map((cell) => results.of(cell));
  const each = (at: 'start' | 'end', key: keyof LabGap) => found.map((one) => one[at][key]);
  return {
    method: found[0].title,
    held_out: heldOut,
    start: each('start', 'beta_kl_policy_star'),
    beta_kl: each('end', 'beta_kl_policy_star'),
    kl_ref: each('end', 'kl_policy_ref'),
    reward: each('end', 'mean_reward'),
    ood_mass: each('end', 'ood_mass'),
    cpu_seconds: found.map(({ cpu_seconds }) => cpu_seconds),
  };
}

const table = (rows: readonly ReturnType<typeof rowOf>[]): string =>
  markdownTable(
    ['method', 'β·KL(π‖π*) at the start', 'β·KL(π‖π*)', 'KL(π‖π_ref)', 'E[r]', 'OOD mass', 'CPU s'],
    rows.map((row) => [
      row.method,
      spreadText(row.start, 3),
      spreadText(row.beta_kl, 4),
      spreadText(row.kl_ref),
      spreadText(row.reward, 3),
      spreadText(row.ood_mass, 4),
      numberText(mean(row.cpu_seconds), 0),
    ]),
  );
