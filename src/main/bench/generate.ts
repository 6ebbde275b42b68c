/** Decoding speed: one step adds a token to every row, and can be no faster than one read of all weights and of the cache. */
import { Decoder } from '../engine/generation/decoder.ts';
import { parameterCount } from '../engine/models/language-model.ts';
import type { SessionOptions } from '../engine/runtime/session.ts';
import type { MemoryReader } from './machine.ts';
import { type BenchModel, noiseModel } from './models.ts';
import { rounded, Timings } from './timings.ts';

export interface GenerateSetting {
  readonly model: BenchModel;
  readonly batch: number;
  /** Tokens in the cache before the first measured step. */
  readonly past: number;
  readonly steps: number;
}

/** Steps take turns with passes over memory, so that both meet the same machine. */
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
  const timings = new Timings();
  await rows.advance(new Array(batch).fill(1)); // warm-up
  for (let i = 0; i < steps; i++) {
    await timings.time(() => rows.advance(new Array(batch).fill(i % vocabulary)));
    await reader.pass();
    onStep(i + 1);
  }
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
    seconds_to_open: rounded(opening.best / 1000),
    prompt_tokens_per_second: rounded((1000 * batch * past) / reading.best),
  };
}
