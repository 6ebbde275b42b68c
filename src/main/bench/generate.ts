/** Decoding speed: one step adds a token to every row, and can be no faster than one read of all weights and of the cache. */
import { Decoder } from '../engine/generation/decoder.ts';
import { GraphBuilder } from '../engine/graph/builder.ts';
import type { Tensor, Value } from '../engine/graph/value.ts';
import { type LanguageModel, parameterCount } from '../engine/models/language-model.ts';
import { float32, type SessionOptions } from '../engine/runtime/session.ts';
import { createProbe, filler, type MemoryReader } from './machine.ts';
import { type BenchModel, noiseModel } from './models.ts';
import { rounded, Timings } from './timings.ts';

export interface GenerateSetting {
  readonly model: BenchModel;
  readonly batch: number;
  /** Tokens in the cache before the first measured step. */
  readonly past: number;
  readonly steps: number;
}

/** The matrix products of a step and nothing else: every matrix of the model, packed like the decoder's (and shared with it), times `rows` rows. */
async function createProducts(
  { architecture, config, specs, weights }: LanguageModel,
  rows: number,
  options: SessionOptions,
) {
  const g = new GraphBuilder('products');
  const inputs = new Map<number, Value>();
  const feeds: Record<string, Tensor> = {};
  const rowsOf = (width: number): Value => {
    const found = inputs.get(width) ?? g.input(`x${width}`, 'float32', [rows, width]);
    inputs.set(width, found);
    feeds[found.name] = float32([rows, width], filler(rows * width));
    return found;
  };
  for (const { name, shape } of specs) {
    const data = weights.get(name);
    const [out, into] = shape;
    // an embedding is a product only where the head shares it
    if (!data || shape.length !== 2 || (name === `${architecture.embeddingName}.weight` && !config.tiedHead)) continue;
    const y = g.gemm(rowsOf(into), g.constant(name, 'float32', [out, into], data), { transB: true });
    g.output(name, g.slice(y, 1, 0, 1)); // a result that nobody reads would not be computed
  }
  return createProbe(g.build(), feeds, { ...options, owner: weights });
}

/** Steps take turns with passes over memory and with the bare products, so that all meet the same machine. */
export async function benchGenerate(
  { model: measured, batch, past, steps }: GenerateSetting,
  reader: MemoryReader,
  options: SessionOptions,
  onStep: (done: number) => void,
) {
  const model = noiseModel(measured);
  const opening = new Timings();
  const decoder = await opening.time(() =>
    Decoder.create(model, { ...options, weights: 'frozen', maxPositions: past + steps + 2 }),
  );
  const { vocabulary, layers, keyValueHeads, headSize } = model.config;
  const prompts = Array.from({ length: batch }, (_, row) =>
    Array.from({ length: past }, (_, at) => (31 * row + 7 * at) % vocabulary),
  );
  const reading = new Timings();
  const rows = await reading.time(() => decoder.start(prompts));
  const products = await createProducts(model, batch, options);
  const [timings, bare] = [new Timings(), new Timings()];
  await rows.advance(new Array(batch).fill(1)); // warm-up
  for (let i = 0; i < steps; i++) {
    await timings.time(() => rows.advance(new Array(batch).fill(i % vocabulary)));
    await reader.pass();
    await bare.time(products.run);
    onStep(i + 1);
  }
  await products.close();
  await decoder.close();
  // weights once; keys and values of every layer for the tokens in the cache
  const bytes = 4 * (parameterCount(model) + 2 * batch * past * layers * keyValueHeads * headSize);
  return {
    model: measured.name,
    params: parameterCount(model),
    batch,
    past,
    ms_per_step: rounded(timings.best),
    ms_per_step_median: rounded(timings.median),
    tokens_per_second: rounded((1000 * batch) / timings.best),
    bytes_per_step: bytes,
    fraction_of_bandwidth: rounded(bytes / timings.best / 1e6 / reader.gigabytesPerSecond),
    ms_products: rounded(bare.best),
    fraction_of_products: rounded(bare.best / timings.best),
    seconds_to_open: rounded(opening.best / 1000),
    prompt_tokens_per_second: rounded((1000 * batch * past) / reading.best),
  };
}
