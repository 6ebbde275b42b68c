/** Supervised fine-tuning: maximises Σ ln π(token) over demonstrations, the mean over all counted tokens of a step. */
import { z } from 'zod';
import { mean } from '../../base/statistics.ts';
import { demonstrationTokens, padBatch, scoredTokens, type TokenRow } from '../../data/batches.ts';
import { demonstrationExample } from '../../data/examples.ts';
import { isDropped, trainingRecords } from '../../data/training-records.ts';
import { dropoutFeeds } from '../../engine/adapters/dropout.ts';
import type { GraphBuilder } from '../../engine/graph/builder.ts';
import type { TokenStatistics } from '../../engine/losses/logp.ts';
import { trainable, weightFeeds } from '../../engine/models/language-model.ts';
import { float32, Session } from '../../engine/runtime/session.ts';
import { commonOptions, parseConfig, rowOptions } from '../config.ts';
import { diagnosticOptions } from '../diagnostics/options.ts';
import { openWatch } from '../diagnostics/watch.ts';
import { meanOf, runSteps } from '../loop.ts';
import type { Method } from '../method.ts';
import { Optimiser, optimiserOptions } from '../optimiser.ts';
import { planRun } from '../plan-run.ts';
import { openPolicy } from '../policy.ts';
import { createSampler } from '../samples.ts';
import { batchFeeds, buildStepGraph } from '../step-graph.ts';
import { openTaskWatch, watchOptions } from '../task-watch.ts';

const params = z.object({
  ...commonOptions,
  ...rowOptions,
  ...diagnosticOptions,
  model: z
    .string()
    .min(1)
    .meta(commonOptions.model.meta() ?? {}),
  learning_rate: commonOptions.learning_rate.default(2e-5),
  completion_only_loss: z.boolean().optional().meta({
    title: 'Answers only',
    description: 'Learn the completion, not the prompt; on by itself where rows have both.',
    group: 'Objective',
    common: true,
  }),
  truncation_mode: z.enum(['keep_start', 'keep_end']).default('keep_start').meta({
    title: 'Truncation',
    description: 'Which part of a too long sequence is kept.',
    group: 'Training',
  }),
  dataset_text_field: z.string().min(1).default('text').meta({
    title: 'Text column',
    description: 'Column that holds the text, where rows are plain texts.',
    group: 'Model',
  }),
  loss_type: z.enum(['nll', 'dft', 'chunked_nll']).default('nll').meta({
    title: 'Loss',
    description:
      'nll: −ln π; chunked_nll is an older name of it. dft: each token weighted by its own probability (2508.05629).',
    group: 'Objective',
  }),
  ...watchOptions,
});

export const sft: Method = {
  id: 'sft',
  title: 'SFT',
  summary: 'Teaches a model to answer as the demonstrations do. The reference of every other method starts here.',
  mark: 'sft',
  formula: '−Σ ln π(y|x)',
  cost: 1,
  goodFor: 'A first model, or the style of good answers.',
  watch: 'It learns bad demonstrations as eagerly as good ones.',
  papers: [{ title: 'Training language models to follow instructions', url: 'https://arxiv.org/abs/2203.02155' }],
  data: ['demonstrations', 'preference'],
  params,
  pass: { head: 'language', sequencesPerRow: 1, packed: false, modelsBeside: 0 },

  async train(config, outputDir, control) {
    const options = parseConfig(params, config);
    const loaded = openPolicy(options, control, 'language', true);
    const { model, tokenizer } = loaded;
    const limits = { maxLength: options.max_length, truncation: options.truncation_mode } as const;

    // 1. rows → token ids; rows without a token to learn are dropped and counted
    const read = async (path: string): Promise<TokenRow[]> => {
      const file = control.resolvePath(path);
      const kept: TokenRow[] = [];
      const dropped: string[] = [];
      for await (const record of trainingRecords(file, { textField: options.dataset_text_field })) {
        if (isDropped(record)) {
          dropped.push(`row ${record.row + 1}: ${record.dropped}`);
          continue;
        }
        const example = demonstrationExample(file, record, options.dataset_text_field);
        const found = demonstrationTokens(
          tokenizer,
          example,
          options.completion_only_loss ?? example.prompt !== null,
          limits,
        );
        if ('dropped' in found) dropped.push(`row ${record.row + 1}: ${found.dropped}`);
        else kept.push(found);
      }
      if (dropped.length > 0)
        control.emit({
          type: 'log',
          level: 'warning',
          text: `${dropped.length} rows of ${path} were dropped; the first is ${dropped[0]}`,
        });
      return kept;
    };
    const rows = await read(options.dataset);
    const held = options.eval_dataset ? await read(options.eval_dataset) : [];

    const alone = (row: TokenRow) => [row];
    const recompute = planRun(model, sft.pass, options, { rows: rows.map(alone), held: held.map(alone) }, control);

    // 2. one graph: loss = −Σ weight · ln π(token); the weights make it a mean over the whole optimiser step
    const longest = Math.max(1, ...[...rows, ...held].map((row) => row.ids.length));
    const tokenLoss = (g: GraphBuilder, { logp }: TokenStatistics) => {
      const weights = g.input('token_weights', 'float32', ['M']);
      const term = options.loss_type === 'dft' ? g.mul(g.stopGradient(g.exp(logp)), logp) : logp;
      return g.neg(g.reduceSum(g.mul(weights, term)));
    };
    const graph = buildStepGraph(model, longest, tokenLoss, { dropout: true, recompute });
    const session = await Session.create(graph, { threads: control.threads, owner: model.weights });
    const optimiser = new Optimiser(trainable(model), optimiserOptions(options));
    const padId = model.config.padId ?? tokenizer.padId ?? 0;
    const weights = weightFeeds(model);
    /** `dropout`: what the masks of an adapter's dropout follow from; null = none (held-out rows). */
    const run = async (batch: readonly TokenRow[], tokensOfStep: number, dropout: string | null) => {
      const padded = padBatch(batch, padId);
      const count = padded.rows.length;
      const found = await session.run(
        {
          ...weights,
          ...batchFeeds(padded),
          ...dropoutFeeds(model.adapter, { shape: [padded.size, padded.length] }, dropout),
          token_weights: float32([count], new Float32Array(count).fill(1 / tokensOfStep)),
        },
        optimiser.gradientArrays(),
      );
      const metrics = {
        entropy: mean(found.entropy.data as Float32Array),
        mean_token_accuracy: mean(found.correct.data as Float32Array),
      };
      return { found, metrics, loss: Number(found.loss.data[0]), tokens: padded.tokens };
    };

    const dataWatch = await openWatch({ loaded, options, outputDir, control, data: rows, held });
    const evaluateHeld = async (step: number) => {
      const total = held.reduce((sum, row) => sum + scoredTokens(row), 0);
      const reports: Record<string, number>[] = [];
      let loss = 0;
      const size = options.per_device_eval_batch_size;
      for (let at = 0; at < held.length; at += size) {
        const result = await run(held.slice(at, at + size), total, null);
        // token-weighted, so that the batch size changes nothing (TRL's means of means depend on it)
        for (let i = 0; i < result.found.logp.data.length; i++) reports.push(result.metrics);
        loss += result.loss;
      }
      return held.length === 0 ? {} : { loss, ...meanOf(reports), ...(await dataWatch.evaluate(step)) };
    };
    const evaluateTask = async (step: number) => {
      const found = await watch?.evaluate(step);
      // a model that starts untrained is no reference: what holds it against one would say nothing
      return Object.fromEntries(
        Object.entries(found ?? {}).filter(([name]) => !/^(kl|agreement|overoptimisation)\/|\/kl$/.test(name)),
      );
    };

    const watch = await openTaskWatch(loaded, options, outputDir, control);
    const sampler = watch ?? (await createSampler(loaded, options, control));
    try {
      return await runSteps(
        {
          loaded,
          optimiser,
          options,
          rows: rows.length,
          reference: null,
          // 3. a step: micro-batches share one denominator, so 8 rows at once equal 8 times one
          async trainStep(batches, step) {
            const total = batches.flat().reduce((sum, row) => sum + scoredTokens(rows[row]), 0);
            const reports: Record<string, number>[] = [];
            let loss = 0;
            let tokens = 0;
            for (const [i, batch] of batches.entries()) {
              const result = await run(
                batch.map((row) => rows[row]),
                total,
                `${options.seed} step ${step} batch ${i}`,
              );
              optimiser.accumulate(result.found);
              reports.push(result.metrics);
              loss += result.loss;
              tokens += result.tokens;
            }
            return { metrics: { loss, ...meanOf(reports) }, tokens };
          },
          evaluate:
            held.length === 0 && !watch
              ? undefined
              : async (step) => ({ ...(await evaluateHeld(step)), ...(await evaluateTask(step)) }),
          sample: sampler?.sample,
        },
        outputDir,
        control,
      );
    } finally {
      await dataWatch.close();
      await sampler?.close();
      await session.close();
    }
  },
};
