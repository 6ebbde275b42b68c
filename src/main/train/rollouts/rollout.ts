/** One answer sampled from a policy, with everything needed to learn from it again; kept as a line of rollouts.jsonl. */
import { z } from 'zod';
import { DatasetError, readRecords } from '../../data/records.ts';
import type { FreshAnswer } from '../diagnostics/answers.ts';
import { stepLog } from './step-log.ts';

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
  /** The same under the quantised weights that it was drawn from, where there are such. */
  readonly generationLogprobs?: readonly number[];
}

/** The answer's own tokens, without the end token. */
export const freshAnswer = ({ responseIds, containsEos }: Rollout): FreshAnswer => ({
  ids: containsEos ? responseIds.slice(0, -1) : responseIds,
  ended: containsEos,
});

/** Ids of a model's tokens: another model's may be none of its. */
export const tokenIds = (vocabulary: number) =>
  z.array(
    z
      .int()
      .min(0)
      .max(vocabulary - 1),
  );

const recordedBy = (vocabulary: number) =>
  z.object({
    step: z.int().min(0).optional(),
    prompt: z.string().default(''),
    query_ids: tokenIds(vocabulary).min(1),
    response_ids: tokenIds(vocabulary).min(1),
    contains_eos: z.boolean(),
    score: z.number(),
    sampled_logprobs: z.array(z.number()).default([]),
    generation_logprobs: z.array(z.number()).optional(),
  });

/**
 * Rollouts by step. Rows without a `step` are one batch, which every step trains on. Throws DatasetError naming the line and field of the first
 * row that is not a rollout of a model with so many tokens.
 */
export async function readRollouts(path: string, vocabulary: number): Promise<Rollout[][]> {
  const recorded = recordedBy(vocabulary);
  const steps = new Map<number, Rollout[]>();
  for await (const { value, line, row } of readRecords(path)) {
    const parsed = recorded.safeParse(value);
    if (!parsed.success) {
      const [{ path: field, message }] = parsed.error.issues;
      throw new DatasetError(
        `${path}:${line ?? row}: "${field.join('.')}": ${message}; a rollout of a model with ${vocabulary} tokens was expected`,
      );
    }
    const { data } = parsed;
    const step = data.step ?? 0;
    steps.set(step, [...(steps.get(step) ?? []), fromRecord(data, step)]);
  }
  if (steps.size === 0) throw new DatasetError(`${path}: it holds no rollout`);
  return [...steps.entries()].sort(([a], [b]) => a - b).map(([, rows]) => rows);
}

const fromRecord = (data: z.output<ReturnType<typeof recordedBy>>, step: number): Rollout => ({
  step,
  prompt: data.prompt,
  queryIds: data.query_ids,
  responseIds: data.response_ids,
  containsEos: data.contains_eos,
  score: data.score,
  sampledLogprobs: data.sampled_logprobs,
  generationLogprobs: data.generation_logprobs,
});

const toRecord = (rollout: Rollout) => ({
  step: rollout.step,
  prompt: rollout.prompt,
  query_ids: rollout.queryIds,
  response_ids: rollout.responseIds,
  contains_eos: rollout.containsEos,
  score: rollout.score,
  sampled_logprobs: rollout.sampledLogprobs,
  generation_logprobs: rollout.generationLogprobs,
});

const log = stepLog('rollouts.jsonl');

/** Appends a step's rollouts to the run's file, from which `rollouts: FILE` replays them. */
export const keepRollouts = (outputDir: string, rollouts: readonly Rollout[]): void =>
  log.append(outputDir, rollouts.map(toRecord));

/** Drops what was sampled from `step` on: a resume samples it again. */
export const forgetRolloutsFrom = (outputDir: string, step: number): void => log.forgetFrom(outputDir, step);
