/** Training speed: forward and backward of a whole step, held against the same matrix products bare; the optimiser beside it. */

import { createRandom } from '../base/random.ts';
import type { PaddedBatch } from '../data/batches.ts';
import type { Tensor } from '../engine/graph/value.ts';
import { type LanguageModel, parameterCount, weightFeeds } from '../engine/models/language-model.ts';
import { float32, Session, type SessionOptions } from '../engine/runtime/session.ts';
import { Optimiser } from '../train/optimiser.ts';
import { batchFeeds, buildStepGraph } from '../train/step-graph.ts';
import { BareProduct } from './machine.ts';
import { type CountedProduct, matrixProducts, totalFlops } from './matrix-products.ts';
import { type BenchModel, noiseModel } from './models.ts';
import { rounded, Timings } from './timings.ts';

export interface TrainSetting {
  readonly model: BenchModel;
  readonly batch: number;
  readonly length: number;
  readonly rounds: number;
}

/** The step graph of supervised fine-tuning: the mean of −ln π over all positions. */
export const trainGraph = (model: LanguageModel, length: number) =>
  buildStepGraph(model, length, (g, { logp }) => {
    const weights = g.input('token_weights', 'float32', ['M']);
    return g.neg(g.reduceSum(g.mul(weights, logp)));
  });

/**
 * Each round runs the step, the optimiser and every bare product once, so that a machine whose speed drifts or is shared changes them alike;
 * the best of the rounds is reported, with the median beside it. FLOPs are those of the matrix products alone.
 */
export async function benchTrain(setting: TrainSetting, options: SessionOptions, onRound: (done: number) => void) {
  const { batch, length, rounds } = setting;
  const model = noiseModel(setting.model);
  const graph = trainGraph(model, length);
  const count = batch * length;
  const products = matrixProducts(
    graph,
    new Map([
      ['B', batch],
      ['T', length],
      ['M', count],
    ]),
  );
  const session = await Session.create(graph, options);
  const optimiser = new Optimiser(model, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    maxGradNorm: 1,
  });
  const feeds = { ...weightFeeds(model), ...stepFeeds(batch, length, model.config.vocabulary) };
  const bare = await Promise.all(products.map((product) => BareProduct.create(product, options)));
  const timings = { step: new Timings(), optimiser: new Timings() };
  const round = async (step: Timings, update: Timings) => {
    const outputs = await step.time(() => session.run(feeds, optimiser.gradientArrays()));
    await update.time(() => {
      optimiser.accumulate(outputs);
      optimiser.step(1e-4);
    });
  };
  await round(new Timings(), new Timings()); // warm-up: the runtime's arena and the compiler
  for (let i = 0; i < rounds; i++) {
    await round(timings.step, timings.optimiser);
    for (const { run } of bare) await run();
    onRound(i + 1);
  }
  await session.close();
  for (const { close } of bare) await close();
  return report(setting, parameterCount(model), { ...timings, products, bare });
}

interface Measured {
  readonly step: Timings;
  readonly optimiser: Timings;
  readonly products: readonly CountedProduct[];
  /** In the order of `products`. */
  readonly bare: readonly BareProduct[];
}

function report({ model, batch, length }: TrainSetting, params: number, { step, optimiser, products, bare }: Measured) {
  const flops = totalFlops(products);
  const bareMs = products.reduce((total, { count }, i) => total + count * bare[i].best, 0);
  return {
    gemm_gflops: rounded(flops / bareMs / 1e6),
    products: products.map((product, i) => ({ ...product, gflops: rounded(bare[i].gigaflopsPerSecond) })),
    row: {
      model: model.name,
      params,
      batch,
      length,
      tokens_per_second: rounded((1000 * batch * length) / (step.best + optimiser.best)),
      gflops: rounded(flops / step.best / 1e6),
      fraction_of_gemm: rounded(bareMs / step.best),
      ms_forward_backward: rounded(step.best),
      ms_forward_backward_median: rounded(step.median),
      ms_optimiser: rounded(optimiser.best),
      ms_optimiser_median: rounded(optimiser.median),
      optimiser_share: rounded(optimiser.best / step.best),
      peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    },
  };
}

/** A full batch in which every position is scored. */
function stepFeeds(batch: number, length: number, vocabulary: number): Record<string, Tensor> {
  const count = batch * length;
  const random = createRandom(7);
  const tokens = () => Int32Array.from({ length: count }, () => random.integer(vocabulary));
  const padded: PaddedBatch = {
    size: batch,
    length,
    ids: tokens(),
    rows: Int32Array.from({ length: count }, (_, i) => i),
    labels: tokens(),
    offsets: Int32Array.from({ length: batch + 1 }, (_, row) => row * length),
    tokens: count,
  };
  return { ...batchFeeds(padded), token_weights: float32([count], new Float32Array(count).fill(1 / count)) };
}
