/** Offline DPO (Rafailov et al., 2305.18290): the policy is its own reward model; learns from fixed preference pairs. */
import { z } from 'zod';
import { mean, sum } from '../../base/statistics.ts';
import { type PairTokens, padBatch, pairTokens, type TokenRow } from '../../data/batches.ts';
import { preferenceExample } from '../../data/examples.ts';
import { readRecords } from '../../data/records.ts';
import type { GraphBuilder } from '../../engine/graph/builder.ts';
import type { Value } from '../../engine/graph/value.ts';
import { preferenceLosses } from '../../engine/losses/index.ts';
import { type LanguageModel, weightFeeds } from '../../engine/models/language-model.ts';
import { float32, Session } from '../../engine/runtime/session.ts';
import { createScorer } from '../../evaluate/scoring.ts';
import { ConfigError, commonOptions, parseConfig } from '../config.ts';
import { loadModel } from '../load-model.ts';
import { meanOf, runSteps } from '../loop.ts';
import type { Method } from '../method.ts';
import { Optimiser } from '../optimiser.ts';
import { createSampler } from '../samples.ts';
import { batchFeeds, buildStepGraph } from '../step-graph.ts';

const lossNames = preferenceLosses.all.map((loss) => loss.id) as [string, ...string[]];

const params = z.object({
  ...commonOptions,
  model: z
    .string()
    .min(1)
    .meta(commonOptions.model.meta() ?? {}),
  ref_model: z.string().min(1).optional().meta({
    title: 'Reference',
    description: 'What the policy is held against; the model as it starts when none is named.',
    group: 'Model',
  }),
  learning_rate: commonOptions.learning_rate.default(1e-6),
  beta: z.number().positive().default(0.1).meta({
    title: 'β',
    description: 'How strongly the policy is held to the reference: smaller lets it go further.',
    group: 'Objective',
    common: true,
  }),
  loss_type: z
    .union([z.enum(lossNames), z.array(z.enum(lossNames)).min(1)])
    .default('sigmoid')
    .meta({
      title: 'Loss',
      description: 'sigmoid: DPO. cdpo: labels may be wrong (label_smoothing). sigmoid_norm: per token.',
      group: 'Objective',
      common: true,
    }),
  loss_weights: z.array(z.number()).optional().meta({
    title: 'Loss weights',
    description: 'One weight for each loss when several are added.',
    group: 'Objective',
  }),
  label_smoothing: z.number().min(0).lt(0.5).default(0).meta({
    title: 'Label smoothing',
    description: 'Probability that a label is flipped; for losses that use it.',
    group: 'Objective',
  }),
  truncation_mode: z.enum(['keep_start', 'keep_end']).default('keep_start').meta({
    title: 'Truncation',
    description: 'Which part of a too long sequence is kept.',
    group: 'Training',
  }),
});

type Options = z.output<typeof params>;

/** A loss that has no use for label_smoothing refuses it: TRL ignores it silently, which has misled people. */
function chosenLosses(options: Options) {
  const names = [options.loss_type].flat();
  const weights = options.loss_weights ?? names.map(() => 1);
  if (weights.length !== names.length)
    throw new ConfigError(`loss_weights has ${weights.length} entries for ${names.length} losses`);
  return names.map((name, i) => {
    const loss = preferenceLosses.get(name);
    if (options.label_smoothing > 0 && !loss.usesLabelSmoothing) {
      const able = preferenceLosses.all.filter((l) => l.usesLabelSmoothing).map((l) => l.id);
      throw new ConfigError(
        `${name} does not use label_smoothing. Choose a loss that does: ${able.join(', ')}, or set it to 0.`,
      );
    }
    return { loss, weight: weights[i] };
  });
}

/** Σ over the answer's tokens: one row of 0s and 1s per answer times the log-probabilities, [B]. */
const sumByRow = (g: GraphBuilder, membership: Value, logp: Value): Value =>
  g.squeeze(g.matmul(membership, g.unsqueeze(logp, [1])), [1]);

/** [rows, M]: 1 where position m belongs to row r. */
function membership(offsets: Int32Array, first: number, rows: number) {
  const columns = offsets[offsets.length - 1];
  const data = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) data.fill(1, r * columns + offsets[first + r], r * columns + offsets[first + r + 1]);
  return float32([rows, columns], data);
}

/** Reference sums of every pair, computed once: they do not change while the policy trains. */
async function referenceLogps(model: LanguageModel, pairs: readonly PairTokens[], longest: number, threads?: number) {
  const scorer = await createScorer(model, { weights: 'live', maxPositions: longest, threads });
  try {
    const rows = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
    const logps = await scorer.score(rows.map((row) => row.ids));
    const sums = rows.map((row, i) => sum(logps[i], Math.max(0, row.start - 1)));
    return pairs.map((_, i) => ({ chosen: sums[2 * i], rejected: sums[2 * i + 1] }));
  } finally {
    await scorer.close();
  }
}

export const dpo: Method = {
  id: 'dpo',
  title: 'Offline DPO',
  summary: 'Learns directly from chosen and rejected answers; no reward model, no sampling.',
  mark: 'offline',
  formula: '−log σ(β[log π/π_ref(y⁺) − log π/π_ref(y⁻)])',
  goodFor: 'A first alignment run on pairs you have.',
  watch: 'It sees only the gap: chosen answers may become less likely, and mass may go to answers outside the data.',
  papers: [{ title: 'Direct Preference Optimization', url: 'https://arxiv.org/abs/2305.18290' }],
  data: ['preference'],
  params,

  async train(config, outputDir, control) {
    const options = parseConfig(params, config);
    const losses = chosenLosses(options);
    const loaded = loadModel(control.resolvePath(options.model), {
      tokenizer: options.tokenizer && control.resolvePath(options.tokenizer),
    });
    const { model, tokenizer } = loaded;

    // 1. pairs → token ids; pairs whose prompt fills max_length are dropped and counted
    const limits = { maxLength: options.max_length, truncation: options.truncation_mode } as const;
    const read = async (path: string): Promise<PairTokens[]> => {
      const file = control.resolvePath(path);
      const kept: PairTokens[] = [];
      let dropped = 0;
      for await (const record of readRecords(file)) {
        const found = pairTokens(tokenizer, preferenceExample(file, record), limits);
        if ('dropped' in found) dropped++;
        else kept.push(found);
      }
      if (dropped > 0)
        control.emit({
          type: 'log',
          level: 'warning',
          text: `${dropped} pairs of ${path} were dropped: the prompt alone fills max_length`,
        });
      return kept;
    };
    const pairs = await read(options.dataset);
    const held = options.eval_dataset ? await read(options.eval_dataset) : [];
    const longest = Math.max(1, ...[...pairs, ...held].flatMap((p) => [p.chosen.ids.length, p.rejected.ids.length]));

    // 2. the reference: a named model, or the policy as it starts
    const reference = options.ref_model
      ? loadModel(control.resolvePath(options.ref_model), { tokenizer: options.tokenizer }).model
      : model;
    const refTrain = await referenceLogps(reference, pairs, longest, control.threads);
    const refHeld = await referenceLogps(reference, held, longest, control.threads);

    // 3. one graph for forward, loss and gradients
    const graph = buildStepGraph(model, longest, (g, { logp }) => {
      const logps = {
        chosen: sumByRow(g, g.input('chosen_rows', 'float32', ['P', 'M']), logp),
        rejected: sumByRow(g, g.input('rejected_rows', 'float32', ['P', 'M']), logp),
        refChosen: g.input('ref_chosen', 'float32', ['P']),
        refRejected: g.input('ref_rejected', 'float32', ['P']),
        chosenLength: g.input('chosen_lengths', 'float32', ['P']),
        rejectedLength: g.input('rejected_lengths', 'float32', ['P']),
      };
      g.output('chosen_logps', logps.chosen);
      g.output('rejected_logps', logps.rejected);
      const lossOptions = { beta: options.beta, labelSmoothing: options.label_smoothing };
      const perPair = losses.map(({ loss, weight }) => g.mul(weight, loss.build(g, logps, lossOptions)));
      return g.reduceSum(
        g.mul(
          g.input('pair_weights', 'float32', ['P']),
          perPair.reduce((a, b) => g.add(a, b)),
        ),
      );
    });
    const session = await Session.create(graph, { threads: control.threads });
    const optimiser = new Optimiser(model, {
      beta1: options.adam_beta1,
      beta2: options.adam_beta2,
      epsilon: options.adam_epsilon,
      weightDecay: options.weight_decay,
      maxGradNorm: options.max_grad_norm,
    });
    const padId = model.config.padId ?? tokenizer.padId ?? 0;
    const weights = weightFeeds(model);

    // 4. a micro-batch: chosen rows, then rejected rows, padded together (TRL's layout)
    const run = async (
      batch: readonly PairTokens[],
      refs: readonly { chosen: number; rejected: number }[],
      share: number,
    ) => {
      const count = batch.length;
      const rows: TokenRow[] = [...batch.map((p) => p.chosen), ...batch.map((p) => p.rejected)];
      const padded = padBatch(rows, padId);
      const found = await session.run({
        ...weights,
        ...batchFeeds(padded),
        chosen_rows: membership(padded.offsets, 0, count),
        rejected_rows: membership(padded.offsets, count, count),
        ref_chosen: float32(
          [count],
          Float32Array.from(refs, (r) => r.chosen),
        ),
        ref_rejected: float32(
          [count],
          Float32Array.from(refs, (r) => r.rejected),
        ),
        chosen_lengths: float32(
          [count],
          Float32Array.from(batch, (p) => p.chosen.ids.length - p.chosen.start),
        ),
        rejected_lengths: float32(
          [count],
          Float32Array.from(batch, (p) => p.rejected.ids.length - p.rejected.start),
        ),
        pair_weights: float32([count], new Float32Array(count).fill(share / count)),
      });
      const border = padded.offsets[count];
      const chosen = found.chosen_logps.data as Float32Array;
      const rejected = found.rejected_logps.data as Float32Array;
      // rewards/* = β (policy − reference), whatever the loss
      const rewardsChosen = refs.map((r, i) => options.beta * (chosen[i] - r.chosen));
      const rewardsRejected = refs.map((r, i) => options.beta * (rejected[i] - r.rejected));
      const logits = found.mean_logit.data as Float32Array;
      const metrics = {
        'rewards/chosen': mean(rewardsChosen),
        'rewards/rejected': mean(rewardsRejected),
        'rewards/margins': mean(rewardsChosen.map((r, i) => r - rewardsRejected[i])),
        'rewards/accuracies': mean(rewardsChosen.map((r, i) => (r > rewardsRejected[i] ? 1 : 0))),
        'logps/chosen': mean(chosen),
        'logps/rejected': mean(rejected),
        'logits/chosen': mean(logits, 0, border),
        'logits/rejected': mean(logits, border),
        entropy: mean(found.entropy.data as Float32Array),
        mean_token_accuracy: mean(found.correct.data as Float32Array, 0, border),
      };
      return { found, metrics, loss: Number(found.loss.data[0]), tokens: padded.tokens };
    };

    const sampler = await createSampler(loaded, options, control);
    try {
      return await runSteps(
        {
          loaded,
          optimiser,
          options,
          rows: pairs.length,
          reference: options.ref_model ?? options.model,
          // 5. a step: the mean of its micro-batches' means
          async trainStep(batches) {
            const reports: Record<string, number>[] = [];
            let loss = 0;
            let tokens = 0;
            for (const batch of batches) {
              const result = await run(
                batch.map((i) => pairs[i]),
                batch.map((i) => refTrain[i]),
                1 / batches.length,
              );
              optimiser.accumulate(result.found);
              reports.push(result.metrics);
              loss += result.loss;
              tokens += result.tokens;
            }
            return { metrics: { loss, ...meanOf(reports) }, tokens };
          },
          evaluate:
            held.length === 0
              ? undefined
              : async () => {
                  const reports: Record<string, number>[] = [];
                  const size = options.per_device_train_batch_size;
                  for (let at = 0; at < held.length; at += size) {
                    const batch = held.slice(at, at + size);
                    const result = await run(batch, refHeld.slice(at, at + size), 1);
                    // pair-weighted, so that a smaller last batch does not count more
                    for (let i = 0; i < batch.length; i++) reports.push({ loss: result.loss, ...result.metrics });
                  }
                  return meanOf(reports);
                },
          sample: sampler?.sample,
        },
        outputDir,
        control,
      );
    } finally {
      await sampler?.close();
      await session.close();
    }
  },
};
