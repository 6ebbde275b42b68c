/** A pair that online DPO sampled and had labelled, with where it came from: a line of pairs.jsonl, from which a run can be replayed. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { PairTokens } from '../../data/batches.ts';
import { DatasetError, readRecords } from '../../data/records.ts';
import { type LanguageModel, trainable } from '../../engine/models/language-model.ts';
import type { Label } from '../annotators/label.ts';
import { rowOf } from './policy-pass.ts';
import { type Rollout, tokenIds } from './rollout.ts';
import { stepLog } from './step-log.ts';

/** What a person said of a pair, in the pair's own order, and how it had been shown. */
export interface PairRating {
  readonly rater: string;
  readonly verdict: 'first' | 'second' | 'tie' | 'both_bad';
  /** Side on which the first answer stood. */
  readonly shownFirst: 'a' | 'b';
  /** 1 to 5; null where not given. */
  readonly qualityFirst: number | null;
  readonly qualitySecond: number | null;
  readonly comment: string | null;
}

export interface SampledPair {
  /** 0-based step that learns from it. */
  readonly step: number;
  /** Step of the policy that wrote both answers; equal to `step` when fully online. */
  readonly policyStep: number;
  /** First 16 hex digits of SHA-256 over that policy's weights. */
  readonly policyHash: string;
  readonly temperature: number;
  readonly annotator: string;
  readonly first: Rollout;
  readonly second: Rollout;
  /** P(first is better) as the annotator said. */
  readonly probability: number;
  readonly label: Label;
  /** Where a person was asked. */
  readonly rating?: PairRating;
}

const answerBy = (vocabulary: number) =>
  z.object({
    response_ids: tokenIds(vocabulary).min(1),
    contains_eos: z.boolean(),
    score: z.number(),
    sampled_logprobs: z.array(z.number()).default([]),
    generation_logprobs: z.array(z.number()).optional(),
  });
const quality = z.int().min(1).max(5).nullable();
const recordedRating = z.object({
  rater: z.string(),
  verdict: z.enum(['first', 'second', 'tie', 'both_bad']),
  shown_first: z.enum(['a', 'b']),
  quality_first: quality,
  quality_second: quality,
  comment: z.string().nullable(),
});
const recordedBy = (vocabulary: number) =>
  z.object({
    step: z.int().min(0).default(0),
    policy_step: z.int().min(0).default(0),
    policy_hash: z.string().default(''),
    temperature: z.number().default(1),
    annotator: z.string().default('recorded'),
    prompt: z.string().default(''),
    query_ids: tokenIds(vocabulary).min(1),
    first: answerBy(vocabulary),
    second: answerBy(vocabulary),
    probability: z.number().min(0).max(1),
    label: z.enum(['first', 'second', 'tie', 'identical']),
    rating: recordedRating.optional(),
  });
type Recorded = z.output<ReturnType<typeof recordedBy>>;

/** Pairs by step. Throws DatasetError naming line and field of the first row that is no sampled pair of a model with so many tokens. */
export async function readSampledPairs(path: string, vocabulary: number): Promise<Map<number, SampledPair[]>> {
  const recorded = recordedBy(vocabulary);
  const steps = new Map<number, SampledPair[]>();
  for await (const { value, line, row } of readRecords(path)) {
    const parsed = recorded.safeParse(value);
    if (!parsed.success) {
      const [{ path: field, message }] = parsed.error.issues;
      throw new DatasetError(
        `${path}:${line ?? row}: "${field.join('.')}": ${message}; a sampled pair of a model with ${vocabulary} tokens was expected`,
      );
    }
    const pair = fromRecord(parsed.data);
    steps.set(pair.step, [...(steps.get(pair.step) ?? []), pair]);
  }
  return steps;
}

function fromRecord(data: Recorded): SampledPair {
  const rollout = (side: Recorded['first']): Rollout => ({
    step: data.policy_step,
    prompt: data.prompt,
    queryIds: data.query_ids,
    responseIds: side.response_ids,
    containsEos: side.contains_eos,
    score: side.score,
    sampledLogprobs: side.sampled_logprobs,
    generationLogprobs: side.generation_logprobs,
  });
  const { step, temperature, annotator, probability, label } = data;
  const provenance = { policyStep: data.policy_step, policyHash: data.policy_hash, temperature, annotator };
  const rating = data.rating && ratingFrom(data.rating);
  return { step, ...provenance, first: rollout(data.first), second: rollout(data.second), probability, label, rating };
}

const ratingFrom = (found: z.output<typeof recordedRating>): PairRating => ({
  rater: found.rater,
  verdict: found.verdict,
  shownFirst: found.shown_first,
  qualityFirst: found.quality_first,
  qualitySecond: found.quality_second,
  comment: found.comment,
});

const ratingRecord = (rating: PairRating): z.output<typeof recordedRating> => ({
  rater: rating.rater,
  verdict: rating.verdict,
  shown_first: rating.shownFirst,
  quality_first: rating.qualityFirst,
  quality_second: rating.qualitySecond,
  comment: rating.comment,
});

function toRecord(pair: SampledPair): Recorded {
  const side = ({ responseIds, containsEos, score, sampledLogprobs, generationLogprobs }: Rollout) => ({
    response_ids: [...responseIds],
    contains_eos: containsEos,
    score,
    sampled_logprobs: [...sampledLogprobs],
    generation_logprobs: generationLogprobs && [...generationLogprobs],
  });
  return {
    step: pair.step,
    policy_step: pair.policyStep,
    policy_hash: pair.policyHash,
    temperature: pair.temperature,
    annotator: pair.annotator,
    prompt: pair.first.prompt,
    query_ids: [...pair.first.queryIds],
    first: side(pair.first),
    second: side(pair.second),
    probability: pair.probability,
    label: pair.label,
    rating: pair.rating && ratingRecord(pair.rating),
  };
}

export const PAIRS_FILE = 'pairs.jsonl';
const log = stepLog<Recorded>(PAIRS_FILE);

export const keepPairs = (outputDir: string, pairs: readonly SampledPair[]): void =>
  log.append(outputDir, pairs.map(toRecord));
export const forgetPairsFrom = (outputDir: string, step: number): void => log.forgetFrom(outputDir, step);

/** Names a policy by what is trained of it. */
export function policyHash(model: LanguageModel): string {
  const hash = createHash('sha256');
  for (const [name, data] of trainable(model).weights)
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex').slice(0, 16);
}

/** The pair as token rows, `chosen` being the side named. */
export function tokensOf(pair: SampledPair, chosen: 'first' | 'second'): PairTokens {
  const [first, second] = [rowOf(pair.first), rowOf(pair.second)];
  return chosen === 'first' ? { chosen: first, rejected: second } : { chosen: second, rejected: first };
}

export const sameAnswer = ({ first, second }: Pick<SampledPair, 'first' | 'second'>): boolean =>
  first.responseIds.length === second.responseIds.length &&
  first.responseIds.every((id, i) => id === second.responseIds[i]);
