/** Forward and backward passes over sampled answers: log-probabilities at the sampling temperature, and gradients of the clipped losses. */
import { mean, variance } from '../../base/statistics.ts';
import { padBatch, type TokenRow } from '../../data/batches.ts';
import type { GraphBuilder } from '../../engine/graph/builder.ts';
import type { Tensor } from '../../engine/graph/value.ts';
import { temperedStatistics } from '../../engine/losses/logp.ts';
import { type ClipRange, clippedPolicyLoss, clippedValueLoss, klPenalty } from '../../engine/losses/policy-gradient.ts';
import { type LanguageModel, weightFeeds } from '../../engine/models/language-model.ts';
import { scoreRows } from '../../engine/models/score-head.ts';
import { float32, Session } from '../../engine/runtime/session.ts';
import type { GradientTarget } from '../optimiser.ts';
import { batchFeeds, buildObjectiveGraph, type ObjectiveInput } from '../step-graph.ts';
import { flatten } from './advantages.ts';
import type { Rollout } from './rollout.ts';

/** Query and answer as one row whose answer tokens count. */
export const rowOf = ({ queryIds, responseIds }: Rollout): TokenRow => ({
  ids: [...queryIds, ...responseIds],
  start: queryIds.length,
});

export interface PassOptions {
  readonly maxPositions: number;
  /** Rows in one forward and backward pass; more are taken in several. */
  readonly rowsPerPass: number;
  readonly padId: number;
  readonly threads?: number;
  /** Gradient checkpointing. */
  readonly recompute: boolean;
}

export interface PolicyMinibatch {
  readonly rows: readonly TokenRow[];
  readonly oldLogprobs: readonly Float64Array[];
  readonly advantages: readonly Float64Array[];
  /** Only read when KL is in the loss. */
  readonly refLogprobs: readonly Float64Array[];
  /** Share of each token in the loss, rows one after another. */
  readonly shares: Float32Array;
}

/** All averages over real tokens of the minibatch. */
export interface PolicyUpdateReport {
  readonly policyLoss: number;
  readonly clipfrac: number;
  /** ½ mean (ln π − ln π_old)². */
  readonly approxkl: number;
  readonly entropy: number;
  readonly ratio: number;
  readonly ratioVariance: number;
}

export interface PolicyPass {
  backward(batch: PolicyMinibatch, target: GradientTarget): Promise<PolicyUpdateReport>;
  close(): Promise<void>;
}

/** [from, to) ranges of at most `size`. */
function* chunks(count: number, size: number): Generator<readonly [number, number]> {
  for (let from = 0; from < count; from += size) yield [from, Math.min(count, from + size)];
}

const vector = (values: ArrayLike<number>): Tensor => float32([values.length], Float32Array.from(values));

export async function createPolicyPass(
  model: LanguageModel,
  options: PassOptions & { readonly temperature: number; readonly clip: ClipRange; readonly klInLoss: number },
): Promise<PolicyPass> {
  const { architecture, config } = model;
  const { temperature, clip, klInLoss } = options;
  const objective = (g: GraphBuilder, { hidden, weights }: ObjectiveInput) => {
    const input = (name: string) => g.input(name, 'float32', ['M']);
    const labels = g.input('labels', 'int32', ['M']);
    const logits = architecture.head(g, config, weights, hidden);
    const { logp, entropy } = temperedStatistics(g, logits, labels, temperature);
    const tokens = {
      logprobs: logp,
      oldLogprobs: input('old_logprobs'),
      advantages: input('advantages'),
      weights: input('shares'),
    };
    const { loss, ratio } = clippedPolicyLoss(g, tokens, clip);
    g.output('logp', logp);
    g.output('entropy', entropy);
    g.output('ratio', ratio);
    g.output('policy_loss', loss);
    if (klInLoss === 0) return loss;
    return g.add(loss, g.mul(klInLoss, klPenalty(g, logp, input('ref_logprobs'), tokens.weights)));
  };
  const graph = buildObjectiveGraph(model, options.maxPositions, objective, options);
  const session = await Session.create(graph, { threads: options.threads, owner: model.weights });
  const weights = weightFeeds(model);
  return {
    async backward(batch, target) {
      const seen = { logp: [] as number[], entropy: [] as number[], ratio: [] as number[] };
      const old = flatten(batch.oldLogprobs);
      const advantages = flatten(batch.advantages);
      const reference = klInLoss === 0 ? undefined : flatten(batch.refLogprobs);
      let policyLoss = 0;
      let at = 0;
      for (const [from, to] of chunks(batch.rows.length, options.rowsPerPass)) {
        const padded = padBatch(batch.rows.slice(from, to), options.padId);
        const end = at + padded.labels.length;
        const feeds = {
          ...weights,
          ...batchFeeds(padded),
          old_logprobs: vector(old.subarray(at, end)),
          advantages: vector(advantages.subarray(at, end)),
          shares: vector(batch.shares.subarray(at, end)),
          ...(reference ? { ref_logprobs: vector(reference.subarray(at, end)) } : {}),
        };
        const found = await session.run(feeds, target.gradientArrays());
        target.accumulate(found);
        for (const name of ['logp', 'entropy', 'ratio'] as const)
          seen[name].push(...(found[name].data as Float32Array));
        policyLoss += Number(found.policy_loss.data[0]);
        at = end;
      }
      const clipped = seen.ratio.map((ratio, i) => isClipped(ratio, advantages[i], clip));
      return {
        policyLoss,
        clipfrac: mean(clipped),
        approxkl: mean(seen.logp.map((logp, i) => (logp - old[i]) ** 2 / 2)),
        entropy: mean(seen.entropy),
        ratio: mean(seen.ratio),
        ratioVariance: variance(seen.ratio),
      };
    },
    close: () => session.close(),
  };
}

/** 1 where the clip holds the token back: the clipped term is the larger one. */
function isClipped(ratio: number, advantage: number, { low, high }: ClipRange): number {
  const held = Math.min(1 + high, Math.max(1 - low, ratio));
  return -advantage * held > -advantage * ratio ? 1 : 0;
}

export interface CriticMinibatch {
  readonly rows: readonly TokenRow[];
  readonly oldValues: readonly Float64Array[];
  readonly returns: readonly Float64Array[];
}

export interface CriticPass {
  /** `coefficient`·loss is what gradients are of; reports the plain loss and the share of tokens whose clipped error is the larger one. */
  backward(batch: CriticMinibatch, target: GradientTarget): Promise<{ valueLoss: number; clipfrac: number }>;
  close(): Promise<void>;
}

export async function createCriticPass(
  critic: LanguageModel,
  options: PassOptions & { readonly clipRange: number; readonly coefficient: number },
): Promise<CriticPass> {
  const { clipRange, coefficient } = options;
  const objective = (g: GraphBuilder, { hidden, weights }: ObjectiveInput) => {
    const input = (name: string) => g.input(name, 'float32', ['M']);
    const values = scoreRows(g, critic.config, weights, hidden);
    const tokens = { values, oldValues: input('old_values'), returns: input('returns'), weights: input('shares') };
    const loss = clippedValueLoss(g, tokens, clipRange);
    g.output('values', values);
    g.output('value_loss', loss);
    return g.mul(coefficient, loss);
  };
  const graph = buildObjectiveGraph(critic, options.maxPositions, objective, options);
  const session = await Session.create(graph, { threads: options.threads, owner: critic.weights });
  const weights = weightFeeds(critic);
  return {
    async backward({ rows, oldValues, returns }, target) {
      const old = flatten(oldValues);
      const targets = flatten(returns);
      const share = new Float32Array(old.length).fill(1 / old.length);
      const clipped: number[] = [];
      let valueLoss = 0;
      let at = 0;
      for (const [from, to] of chunks(rows.length, options.rowsPerPass)) {
        const padded = padBatch(rows.slice(from, to), options.padId);
        const end = at + padded.labels.length;
        const { labels: _labels, ...tokens } = batchFeeds(padded);
        const feeds = {
          ...weights,
          ...tokens,
          old_values: vector(old.subarray(at, end)),
          returns: vector(targets.subarray(at, end)),
          shares: vector(share.subarray(at, end)),
        };
        const found = await session.run(feeds, target.gradientArrays());
        target.accumulate(found);
        valueLoss += Number(found.value_loss.data[0]);
        (found.values.data as Float32Array).forEach((value, i) => {
          const near = old[at + i] + Math.min(clipRange, Math.max(-clipRange, value - old[at + i]));
          clipped.push((near - targets[at + i]) ** 2 > (value - targets[at + i]) ** 2 ? 1 : 0);
        });
        at = end;
      }
      return { valueLoss, clipfrac: mean(clipped) };
    },
    close: () => session.close(),
  };
}
