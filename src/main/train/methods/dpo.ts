/** Offline DPO (Rafailov et al., 2305.18290): the policy is its own reward model; learns from fixed preference pairs. */
import { z } from 'zod';
import type { PairTokens } from '../../data/batches.ts';
import { cloneLanguageModel, trainable } from '../../engine/models/language-model.ts';
import { ConfigError, commonOptions, modelOption, parseConfig, rowOptions } from '../config.ts';
import { sinceReference } from '../diagnostics/displacement.ts';
import { diagnosticOptions } from '../diagnostics/options.ts';
import { openWatch } from '../diagnostics/watch.ts';
import type { LoadedModel } from '../load-model.ts';
import { meanOf, meanOfBatches, rowsReached, runSteps } from '../loop.ts';
import type { Method } from '../method.ts';
import { checkMovingReference, moveReference, movingReferenceOptions } from '../moving-reference.ts';
import { Optimiser, optimiserOptions } from '../optimiser.ts';
import { pairObjective, pairOptions } from '../pair-options.ts';
import { createPairPass } from '../pair-pass.ts';
import { pairRow } from '../pair-rows.ts';
import { planRun } from '../plan-run.ts';
import { keptReference, openPolicy, openReference } from '../policy.ts';
import { readRows } from '../read-rows.ts';
import { liveReference, noReference, type PairReference, storedReference } from '../reference.ts';
import { createSampler } from '../samples.ts';
import { openTaskWatch, watchOptions } from '../task-watch.ts';

const params = z.object({
  ...commonOptions,
  ...rowOptions,
  model: modelOption,
  ref_model: z.string().min(1).optional().meta({
    title: 'Reference',
    description: 'What the policy is held against; the model as it starts when none is named.',
    group: 'Model',
  }),
  learning_rate: commonOptions.learning_rate.default(1e-6),
  ...pairOptions,
  ...watchOptions,
  ...diagnosticOptions,
  precompute_ref_log_probs: z.boolean().optional().meta({
    title: 'Reference scored once',
    description:
      'Scores all pairs under the reference before training; off scores each batch anew. The numbers are the same.',
    group: 'Training',
  }),
  ...movingReferenceOptions,
  truncation_mode: z.enum(['keep_start', 'keep_end']).default('keep_start').meta({
    title: 'Truncation',
    description: 'Which part of a too long sequence is kept.',
    group: 'Training',
  }),
});

type Options = z.output<typeof params>;

export const dpo: Method = {
  id: 'dpo',
  title: 'Offline DPO',
  summary: 'Learns directly from chosen and rejected answers; no reward model, no sampling.',
  mark: 'offline',
  formula: '−log σ(β[log π/π_ref(y⁺) − log π/π_ref(y⁻)])',
  cost: 1.5,
  goodFor: 'A first alignment run on pairs you have.',
  watch: 'It sees only the gap: chosen answers may become less likely, and mass may go to answers outside the data.',
  papers: [{ title: 'Direct Preference Optimization', url: 'https://arxiv.org/abs/2305.18290' }],
  data: ['preference'],
  params,
  pass: { head: 'language', sequencesPerRow: 2, packed: true, modelsBeside: 0, reference: 'stored' },

  async train(config, outputDir, control) {
    const options = parseConfig(params, config);
    const objective = pairObjective(options);
    checkReference(options);
    const loaded = openPolicy(options, control);
    const { model, tokenizer } = loaded;

    // 1. pairs → token ids; a pair whose prompt fills max_length is dropped
    const limits = { maxLength: options.max_length, truncation: options.truncation_mode } as const;
    const read = (path: string) =>
      readRows<PairTokens>(path, control, (file, record) => pairRow(tokenizer, file, record, limits));
    const pairs = await read(options.dataset);
    const held = options.eval_dataset ? await read(options.eval_dataset) : [];
    const longest = Math.max(1, ...[...pairs, ...held].flatMap((p) => [p.chosen.ids.length, p.rejected.ids.length]));

    const recompute = planRun(model, dpo.pass, options, { rows: pairs.map(sidesOf), held: held.map(sidesOf) }, control);

    // 2. the reference: a named model, or the policy as it starts
    const start = openReference(loaded, options, control);
    const { reference, moving } = await scoringReference(
      loaded,
      start.loaded,
      [...rowsReached(options, pairs), ...held],
      options,
      longest,
      control.threads,
    );

    // 3. one graph for forward, loss and gradients
    const pass = await createPairPass(model, objective, reference, {
      maxPositions: longest,
      threads: control.threads,
      recompute,
    });
    const optimiser = new Optimiser(trainable(model), optimiserOptions(options));

    // 4. a micro-batch, which counts `share` of the step
    const run = (batch: readonly PairTokens[], share: number, training: boolean) =>
      pass.run(
        batch,
        batch.map(() => share / batch.length),
        training,
        optimiser.gradientArrays(),
      );

    // 5. a step: the mean of its micro-batches' means; a reference that is the start says at once what fell since
    const startsAsReference = !options.ref_model && !options.reference_free && !moving;
    const trainStep = (batches: readonly (readonly number[])[]) =>
      meanOfBatches(
        batches.map((batch) => batch.map((i) => pairs[i])),
        async (batch, share) => {
          const result = await run(batch, share, true);
          return startsAsReference ? { ...result, metrics: { ...result.metrics, ...sinceReference(result) } } : result;
        },
        optimiser,
      );

    // 6. held-out pairs, each counting once, so that a smaller last batch does not count more
    const evaluate = async (step: number) => {
      const reports: Record<string, number>[] = [];
      const sums: { chosen: number[]; rejected: number[] } = { chosen: [], rejected: [] };
      const size = options.per_device_eval_batch_size;
      for (let at = 0; at < held.length; at += size) {
        const batch = held.slice(at, at + size);
        const result = await run(batch, 1, false);
        for (let i = 0; i < batch.length; i++) reports.push({ loss: result.loss, ...result.metrics });
        sums.chosen.push(...(result.found.chosen_logps.data as Float32Array));
        sums.rejected.push(...(result.found.rejected_logps.data as Float32Array));
      }
      return { ...meanOf(reports), ...(await dataWatch.evaluate(step, sums)) };
    };
    const dataWatch = await openWatch({
      loaded,
      options,
      outputDir,
      control,
      data: pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]),
      held: held.map(({ chosen }) => chosen),
      pairs: held,
      beta: options.beta,
      reference: options.reference_free ? undefined : () => moving?.model ?? keptReference(loaded, start).loaded.model,
    });

    const watch = await openTaskWatch(loaded, options, outputDir, control);
    const sampler = watch ?? (await createSampler(loaded, options, control));
    try {
      return await runSteps(
        {
          loaded,
          optimiser,
          options,
          rows: pairs.length,
          reference: options.reference_free ? null : start.name,
          trainStep,
          afterStep(done) {
            if (moving && done % options.ref_model_sync_steps === 0)
              moveReference(moving.model, model, options.ref_model_mixup_alpha);
          },
          evaluate:
            held.length === 0 && !watch
              ? undefined
              : async (step) => ({ ...(await evaluate(step)), ...(await watch?.evaluate(step)) }),
          sample: sampler?.sample,
          beside: moving && { reference: moving },
          memory: pass.running,
        },
        outputDir,
        control,
      );
    } finally {
      await dataWatch.close();
      await sampler?.close();
      await pass.close();
      await reference.close();
    }
  },
};

const sidesOf = ({ chosen, rejected }: PairTokens) => [chosen, rejected];

function checkReference(options: Options): void {
  if (options.reference_free && (options.ref_model || options.sync_ref_model))
    throw new ConfigError('reference_free trains without a reference: leave ref_model and sync_ref_model out');
  checkMovingReference(options);
}

/** `moving` is the reference model when it changes during training. */
async function scoringReference(
  policy: LoadedModel,
  start: LoadedModel,
  pairs: readonly PairTokens[],
  options: Options,
  maxPositions: number,
  threads: number | undefined,
): Promise<{ reference: PairReference; moving?: LoadedModel }> {
  if (options.reference_free) return { reference: noReference };
  const scoring = { options, maxPositions, threads };
  const once = options.precompute_ref_log_probs ?? !options.sync_ref_model;
  if (once) return { reference: await storedReference(start.model, pairs, scoring) };
  // weights that are trained, or that will move, are copied; others stay as they are by themselves
  const copy =
    start === policy || options.sync_ref_model ? { ...start, model: cloneLanguageModel(start.model) } : start;
  return { reference: await liveReference(copy.model, scoring), moving: options.sync_ref_model ? copy : undefined };
}
