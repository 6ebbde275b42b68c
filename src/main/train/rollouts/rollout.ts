/** One answer sampled from a policy, with everything needed to learn from it again; kept as a line of rollouts.jsonl. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../data/checkpoints/atomic.ts';
import { DatasetError, readRecords } from '../../data/records.ts';

export interface Rollout {
  /** Optimiser-side step that the answer was sampled for, 0-based. */
  readonly step: number;
  /** As text; empty when only ids were recorded. */
  readonly prompt: string;
  readonly queryIds: readonly number[];
  /** The answer's tokens, its end token included when it drew one. */
  readonly responseIds: readonly number[];
  readonly containsEos: boolean;
  /** From the reward source, before penalties and scaling. */
  readonly score: number;
  /** ln π at temperature 1 of each token when it was drawn; empty when recorded elsewhere. */
  readonly sampledLogprobs: readonly number[];
}

const FILE = 'rollouts.jsonl';

const ids = z.array(z.int().min(0));
const recorded = z.object({
  step: z.int().min(0).optional(),
  prompt: z.string().default(''),
  query_ids: ids.min(1),
  response_ids: ids.min(1),
  contains_eos: z.boolean(),
  score: z.number(),
  sampled_logprobs: z.array(z.number()).default([]),
});

/**
 * Rollouts by step. Rows without a `step` are one batch, which every step trains on. Throws DatasetError naming the line and field of the first
 * row that is not a rollout.
 */
export async function readRollouts(path: string): Promise<Rollout[][]> {
  const steps = new Map<number, Rollout[]>();
  for await (const { value, line, row } of readRecords(path)) {
    const parsed = recorded.safeParse(value);
    if (!parsed.success) {
      const [{ path: field, message }] = parsed.error.issues;
      throw new DatasetError(`${path}:${line ?? row}: "${field.join('.')}": ${message}; a rollout was expected`);
    }
    const { data } = parsed;
    const step = data.step ?? 0;
    steps.set(step, [...(steps.get(step) ?? []), fromRecord(data, step)]);
  }
  if (steps.size === 0) throw new DatasetError(`${path}: it holds no rollout`);
  return [...steps.entries()].sort(([a], [b]) => a - b).map(([, rows]) => rows);
}

const fromRecord = (data: z.output<typeof recorded>, step: number): Rollout => ({
  step,
  prompt: data.prompt,
  queryIds: data.query_ids,
  responseIds: data.response_ids,
  containsEos: data.contains_eos,
  score: data.score,
  sampledLogprobs: data.sampled_logprobs,
});

const toLine = (rollout: Rollout): string =>
  `${JSON.stringify({
    step: rollout.step,
    prompt: rollout.prompt,
    query_ids: rollout.queryIds,
    response_ids: rollout.responseIds,
    contains_eos: rollout.containsEos,
    score: rollout.score,
    sampled_logprobs: rollout.sampledLogprobs,
  })}\n`;

/** Appends a step's rollouts to the run's file, from which `rollouts: FILE` replays them. */
export function keepRollouts(outputDir: string, rollouts: readonly Rollout[]): void {
  mkdirSync(outputDir, { recursive: true });
  appendFileSync(join(outputDir, FILE), rollouts.map(toLine).join(''));
}

/** Drops what was sampled from `step` on: a resume samples it again. A line that a kill cut short goes too. */
export function forgetRolloutsFrom(outputDir: string, step: number): void {
  const path = join(outputDir, FILE);
  if (!existsSync(path)) return;
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const kept = whole.filter((line) => (JSON.parse(line) as { step: number }).step < step);
  writeFileAtomic(path, kept.map((line) => `${line}\n`).join(''));
}
