/** KTO (Ethayarajh et al., 2402.01306): learns from single answers, each marked as wanted or not; no pairs needed. */
import { z } from 'zod';
import { mean } from '../../base/statistics.ts';
import { answerTokens, padBatch, type TokenRow } from '../../data/batches.ts';
import { isTie, type UnpairedExample, unpairedExamples } from '../../data/examples.ts';
import type { GraphBuilder } from '../../engine/graph/builder.ts';
import { unpairedLosses } from '../../engine/losses/index.ts';
import type { TokenStatistics } from '../../engine/losses/logp.ts';
import { cloneLanguageModel, trainable, weightFeeds } from '../../engine/models/language-model.ts';
import { float32, Session } from '../../engine/runtime/session.ts';
import { createScorer, type Scorer } from '../../evaluate/scoring.ts';
import { commonOptions, modelOption, parseConfig, rowOptions } from '../config.ts';
import { diagnosticOptions } from '../diagnostics/options.ts';
import { openWatch } from '../diagnostics/watch.ts';
import { meanOf, meanOfBatches, runSteps } from '../loop.ts';
import type { Method, TrainControl } from '../method.ts';
import { checkMovingReference, moveReference, movingReferenceOptions } from '../moving-reference.ts';
import { Optimiser, optimiserOptions } from '../optimiser.ts';
import { TIE } from '../pair-rows.ts';
import { planRun } from '../plan-run.ts';
import { keptReference, openPolicy, openReference } from '../policy.ts';
import { keepRows, type Numbered, numberedRows } from '../read-rows.ts';
import { membershipFeed, scoredSum, sumByRow } from '../row-sums.ts';
import { createSampler } from '../samples.ts';
import { batchFeeds, buildStepGraph } from '../step-graph.ts';
import { timed } from '../step-times.ts';
import { type LabelledTokens, lendAnswers, type UnpairedRow, unpairedOrder } from '../unpaired-rows.ts';

const lossNames = unpairedLosses.all.map((loss) => loss.id) as [string, ...string[]];

const weight = (title: string, description: string) =>
  z.number().min(0).default(1).meta({ title, description, group: 'Objective' });

const moving = movingReferenceOptions;

const params = z.object({
  ...commonOptions,
  ...rowOptions,
  ...diagnosticOptions,
  model: modelOption,
  ref_model: z.string().min(1).optional().meta({
    title: 'Reference',
    description: 'What the policy is held against; the model as it starts when none is named.',
    group: 'Model',
  }),
  learning_rate: commonOptions.learning_rate.default(1e-6),
  loss_type: z.enum(lossNames).default('kto').meta({
    title: 'Loss',
    description: 'kto: against the estimated KL. apo_zero_unpaired: against the reference itself.',
    group: 'Objective',
    common: true,
  }),
  beta: z.number().positive().default(0.1).meta({
    title: 'β',
    description: 'How strongly the policy is held to the reference: smaller lets it go further.',
    group: 'Objective',
    common: true,
  }),
  desirable_weight: weight('Weight of wanted answers', 'Raise it when they are the fewer.'),
  undesirable_weight: weight('Weight of unwanted answers', 'Raise it when they are the fewer.'),
  // optional, so that configs without them keep the fingerprint of their checkpoints
  sync_ref_model: z
    .boolean()
    .optional()
    .meta(moving.sync_ref_model.meta() ?? {}),
  ref_model_mixup_alpha: moving.ref_model_mixup_alpha
    .unwrap()
    .optional()
    .meta(moving.ref_model_mixup_alpha.meta() ?? {}),
  ref_model_sync_steps: moving.ref_model_sync_steps
    .unwrap()
    .optional()
    .meta(moving.ref_model_sync_steps.meta() ?? {}),
  precompute_ref_log_probs: z.boolean().optional().meta({
    title: 'Reference scored once',
    description: 'Before training; a reference that moves is scored with every batch.',
    group: 'Training',
  }),
});

/** ln π_ref of a row's own answer and of the borrowed one. */
interface ReferenceSums {
  readonly own: number;
  readonly borrowed: number;
}

export const kto: Method = {
  id: 'kto',
  title: 'KTO',
  summary: 'Learns from single answers marked good or bad: thumbs up and down are enough.',
  mark: 'kto',
  formula: '1 − σ(±β[log π/π_ref(y) − KL])',
  cost: 1.5,
  goodFor: 'Feedback on single answers, or many more of one kind than of the other.',
  watch: 'The KL estimate comes from the batch: small batches make it noisy, a batch of one makes it useless.',
  papers: [
    { title: 'KTO: Model Alignment as Prospect Theoretic Optimization', url: 'https://arxiv.org/abs/2402.01306' },
  ],
  data: ['unpaired', 'preference'],
  params,
  pass: { head: 'language', sequencesPerRow: 1, packed: false, modelsBeside: 0, reference: 'stored', borrowed: true },

  async train(config, outputDir, control) {
    const options = parseConfig(params, config);
    const { beta, max_length: maxLength, per_device_train_batch_size: batchSize } = options;
    checkMovingReference(options);
    const loss = unpairedLosses.get(options.loss_type);
    const loaded = openPolicy(options, control);
    const { model, tokenizer } = loaded;

    // 1. answers → token ids; each row borrows another row's answer for the KL estimate
    const read = async (path: string): Promise<UnpairedRow[]> => {
      const examples = await readExamples(path, control);
      const tokens = examples.map(({ made, record }): Numbered<LabelledTokens> => {
        if ('dropped' in made) return { made, record };
        const found = answerTokens(tokenizer, made, maxLength);
        return { made: 'dropped' in found ? found : { ...found, label: made.label }, record };
      });
      return lendAnswers(keepRows<LabelledTokens>(tokens, path, control), batchSize, maxLength);
    };
    const rows = await read(options.dataset);
    const held = options.eval_dataset ? await read(options.eval_dataset) : [];
    if (loss.usesKl && batchSize === 1) warnOfBatchesOfOne(control);
    if (config.shuffle === undefined && options.shuffle) saysOrder(control);
    const longest = Math.max(1, ...[...rows, ...held].flatMap((r) => [r.row.ids.length, r.borrowed.ids.length]));
    const scoring = { weights: 'live', maxPositions: longest, threads: control.threads } as const;

    // 2. the reference: a named model, or the policy as it starts; scored once, unless it moves
    const start = openReference(loaded, options, control);
    const following = options.sync_ref_model
      ? { ...start.loaded, model: cloneLanguageModel(start.loaded.model) }
      : undefined;
    const reference = await createScorer((following ?? start.loaded).model, scoring);
    const referenceSums = async (batch: readonly UnpairedRow[]): Promise<Map<UnpairedRow, ReferenceSums>> => {
      const rowsOf = (of: (row: UnpairedRow) => TokenRow) => sums(reference, batch.map(of));
      const own = await rowsOf(({ row }) => row);
      const borrowed = loss.usesKl ? await rowsOf((r) => r.borrowed) : own;
      return new Map(batch.map((row, i) => [row, { own: own[i], borrowed: borrowed[i] }]));
    };
    let references: Map<UnpairedRow, ReferenceSums>;
    try {
      references = await referenceSums(following ? [] : [...rows, ...held]);
    } finally {
      if (!following) await reference.close();
    }
    const referenceOf = (row: UnpairedRow): ReferenceSums => {
      const found = references.get(row);
      if (!found) throw new Error('a row that the reference has not scored');
      return found;
    };

    // 3. one graph for forward, loss and gradients
    const objective = (g: GraphBuilder, { logp }: TokenStatistics) => {
      const perRow = (name: string) => g.input(name, 'float32', ['R']);
      const logps = sumByRow(g, g.input('membership', 'float32', ['R', 'M']), logp);
      const ratio = g.sub(logps, perRow('reference'));
      const terms = { ratio, sign: perRow('sign'), kl: g.input('kl', 'float32', []) };
      g.output('logps', logps);
      return g.reduceSum(g.mul(perRow('row_weights'), loss.build(g, terms, beta)));
    };
    const alone = ({ row }: UnpairedRow) => [row];
    const recompute = planRun(model, kto.pass, options, { rows: rows.map(alone), held: held.map(alone) }, control);
    const graph = buildStepGraph(model, longest, objective, { recompute });
    const session = await Session.create(graph, { threads: control.threads, owner: model.weights });
    const policy = await createScorer(model, scoring);
    const optimiser = new Optimiser(trainable(model), optimiserOptions(options));
    const padId = model.config.padId ?? tokenizer.padId ?? 0;
    const weights = weightFeeds(model);

    /** KL(π ‖ π_ref) from borrowed answers, at least 0 (the paper's z₀). */
    const estimateKl = async (batch: readonly UnpairedRow[]): Promise<number> => {
      if (!loss.usesKl) return 0;
      const logps = await sums(
        policy,
        batch.map((r) => r.borrowed),
      );
      return Math.max(0, mean(batch.map((row, i) => logps[i] - referenceOf(row).borrowed)));
    };

    // 4. a micro-batch, which counts `share` of the step
    const run = async (batch: readonly UnpairedRow[], share: number) => {
      const count = batch.length;
      if (following) references = await timed('reference', () => referenceSums(batch));
      const kl = await timed('scoring', () => estimateKl(batch));
      const padded = padBatch(
        batch.map(({ row }) => row),
        padId,
      );
      const perRow = (of: (row: UnpairedRow) => number) => float32([count], Float32Array.from(batch, of));
      const found = await session.run(
        {
          ...weights,
          ...batchFeeds(padded),
          membership: membershipFeed(padded.offsets, 0, count),
          reference: perRow((row) => referenceOf(row).own),
          sign: perRow(({ label }) => (label ? 1 : -1)),
          kl: float32([], Float32Array.of(kl)),
          row_weights: perRow(
            ({ label }) => (share / count) * (label ? options.desirable_weight : options.undesirable_weight),
          ),
        },
        optimiser.gradientArrays(),
      );
      const numbers = (name: string) => found[name].data as Float32Array;
      const logps = numbers('logps');
      const logits = numbers('mean_logit');
      /** Metrics of one side: absent where the micro-batch has no such row. */
      const side = (name: 'chosen' | 'rejected', wanted: boolean): Record<string, number> => {
        const of = batch.flatMap(({ label }, i) => (label === wanted ? [i] : []));
        if (of.length === 0) return {};
        const { offsets } = padded;
        return {
          [`rewards/${name}`]: mean(of.map((i) => beta * (logps[i] - referenceOf(batch[i]).own))),
          [`logps/${name}`]: mean(of.map((i) => logps[i])),
          [`logits/${name}`]: mean(of.flatMap((i) => [...logits.subarray(offsets[i], offsets[i + 1])])),
        };
      };
      const sides = { ...side('chosen', true), ...side('rejected', false) };
      const margins = sides['rewards/chosen'] - sides['rewards/rejected'];
      const metrics = {
        kl,
        entropy: mean(numbers('entropy')),
        ...sides,
        ...(Number.isNaN(margins) ? {} : { 'rewards/margins': margins }),
      };
      return { found, metrics, loss: Number(found.loss.data[0]), tokens: padded.tokens };
    };

    // 5. a step: the mean of its micro-batches' means
    const trainStep = (batches: readonly (readonly number[])[]) =>
      meanOfBatches(
        batches.map((batch) => batch.map((i) => rows[i])),
        run,
        optimiser,
      );

    // 6. held-out rows, each counting once
    const evaluate = async (step: number) => {
      const reports: Record<string, number>[] = [];
      for (let at = 0; at < held.length; at += batchSize) {
        const batch = held.slice(at, at + batchSize);
        const result = await run(batch, 1);
        for (let i = 0; i < batch.length; i++) reports.push({ loss: result.loss, ...result.metrics });
      }
      return { ...meanOf(reports), ...(await watch.evaluate(step)) };
    };
    const watch = await openWatch({
      loaded,
      options,
      outputDir,
      control,
      data: rows.map(({ row }) => row),
      held: held.filter(({ label }) => label).map(({ row }) => row),
      beta,
      reference: () => following?.model ?? keptReference(loaded, start).loaded.model,
    });

    const sampler = await createSampler(loaded, options, control);
    try {
      const parts = { loaded, optimiser, options, rows: rows.length, reference: start.name };
      const every = moving.ref_model_sync_steps.parse(options.ref_model_sync_steps);
      const share = moving.ref_model_mixup_alpha.parse(options.ref_model_mixup_alpha);
      const afterStep = (done: number) => {
        if (following && done % every === 0) moveReference(following.model, model, share);
      };
      const looks = {
        afterStep,
        beside: following && { reference: following },
        evaluate: held.length === 0 ? undefined : evaluate,
        sample: sampler?.sample,
      };
      return await runSteps({ ...parts, ...looks, trainStep }, outputDir, control);
    } finally {
      await watch.close();
      await sampler?.close();
      await policy.close();
      if (following) await reference.close();
      await session.close();
    }
  },
};

async function sums(scorer: Scorer, rows: readonly TokenRow[]): Promise<number[]> {
  const logps = await scorer.score(rows.map(({ ids }) => ids));
  return rows.map((row, i) => scoredSum(row, logps[i]));
}

/** Rows of a file in TRL's order: pairs are taken apart; ties among them are left out. */
async function readExamples(path: string, control: TrainControl): Promise<Numbered<UnpairedExample>[]> {
  let paired = true;
  const examples = await numberedRows<UnpairedExample>(path, control, (file, record) => {
    if (record.value.completion === undefined && isTie(file, record)) return TIE;
    const found = unpairedExamples(file, record);
    paired &&= found.length === 2;
    return found;
  });
  if (!paired) return examples;
  const ties = examples.filter(({ made }) => 'dropped' in made);
  return [...ties, ...unpairedOrder(examples.filter(({ made }) => !('dropped' in made)))];
}

function warnOfBatchesOfOne(control: TrainControl): void {
  const text =
    'with per_device_train_batch_size 1 each row lends itself its own answer: the KL estimate is its log-ratio';
  control.emit({ type: 'log', level: 'warning', text });
}

/** The one method whose order TRL keeps by default: batches are then the groups that lend each other answers. */
function saysOrder(control: TrainControl): void {
  const text =
    'rows come in a fresh order every epoch; TRL’s KTOTrainer keeps that of the data: shuffle: false does too';
  control.emit({ type: 'log', level: 'info', text });
}
