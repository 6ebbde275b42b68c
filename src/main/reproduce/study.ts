/** What a study is: settings fixed beforehand, the cells they ask for, and a report read from the finished cells. */
import { z } from 'zod';
import type { Named } from '../base/registry.ts';
import type { Cell, CellResults } from './cell.ts';
import type { StudyChart } from './study-chart.ts';

export interface StudyReport {
  /** JSON-safe: everything the tables and charts show, and more digits. */
  readonly result: unknown;
  /** Tables and what they say, without a title. */
  readonly markdown: string;
  /** Name of an SVG file, without its ending → what it shows. */
  readonly charts?: Readonly<Record<string, StudyChart>>;
}

export interface Study extends Named {
  readonly title: string;
  readonly summary: string;
  /** Every setting has a default: the published one. */
  readonly settings: z.ZodObject;
  /** What has to be done, in the order of importance. */
  plan(settings: unknown, seeds: readonly number[]): readonly Cell[];
  report(settings: unknown, seeds: readonly number[], results: CellResults): StudyReport;
}

interface StudyDefinition<Settings extends z.ZodObject, Plan> extends Named {
  readonly title: string;
  readonly summary: string;
  readonly settings: Settings;
  /** The cells by what they are; the same cells for the same settings. */
  plan(
    settings: z.output<Settings>,
    seeds: readonly number[],
  ): { readonly cells: readonly Cell[]; readonly plan: Plan };
  report(plan: Plan, results: CellResults, settings: z.output<Settings>, seeds: readonly number[]): StudyReport;
}

export function defineStudy<Settings extends z.ZodObject, Plan>(definition: StudyDefinition<Settings, Plan>): Study {
  const { id, title, summary, settings: schema } = definition;
  return {
    id,
    title,
    summary,
    settings: schema,
    plan: (settings, seeds) => definition.plan(schema.parse(settings), seeds).cells,
    report(settings, seeds, results) {
      const parsed = schema.parse(settings);
      return definition.report(definition.plan(parsed, seeds).plan, results, parsed, seeds);
    },
  };
}

/** Settings that most studies share. */
export const evaluationSettings = {
  /** Held-out prompts; the same for every seed. */
  prompts: z.int().min(10).default(500),
  prompt_seed: z.int().min(0).default(1),
};

export const rewardModelSettings = {
  reward_steps: z.int().min(1).default(200),
  /** Held-out pairs, labelled by gold, that reward models are judged by. */
  held_out_pairs: z.int().min(2).default(500),
};
