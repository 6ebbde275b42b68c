/** What a job that lets runs' models be judged is given, and what it leaves. */
import { z } from 'zod';
import { comparisonRow } from '../../preload/contract/runs.ts';

export const COMPARE_RUNS = 'compare_runs';

export const compareRunsConfig = z.object({
  method: z.literal(COMPARE_RUNS),
  /** Every model that answers, by name. */
  models: z.array(z.string()).min(2),
  /** What is held against each other: the models of one side differ by their seed. */
  sides: z.array(z.object({ key: z.string(), name: z.string(), models: z.array(z.string()).min(1) })).min(2),
  judge: z.enum(['gold', 'reward-model', 'length', 'llm']),
  reward_model: z.string().optional(),
  /** Of the llm judge: its name in Settings, and what that stands for. */
  judge_endpoint: z.string().optional(),
  judge_url: z.string().optional(),
  judge_model: z.string().optional(),
  /** Its prompts are asked where no built-in task fits the models. */
  dataset: z.string().optional(),
  prompts: z.int().min(2),
  temperature: z.number().positive().optional(),
  max_new_tokens: z.int().min(1).optional(),
  seed: z.int(),
});
export type CompareRunsConfig = z.infer<typeof compareRunsConfig>;

const judgedPair = comparisonRow.omit({ createdAt: true }).extend({
  aKey: z.string(),
  bKey: z.string(),
  lengthControlled: z.number(),
  lengthA: z.number(),
  lengthB: z.number(),
});
export type JudgedPair = z.infer<typeof judgedPair>;

export const compareRunsResult = z.object({ verdicts: z.array(judgedPair) });
