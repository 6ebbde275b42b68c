/**
 * Passes that only read the cache: one graph for prompts, one for steps, which return the new keys and values for this side to store. Every family
 * and both runtime APIs can do it.
 */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Tensor } from '../graph/value.ts';
import type { LayerCache } from '../models/architecture.ts';
import type { LanguageModel } from '../models/language-model.ts';
import { causalMaskFeed, MASKED, positionFeed } from '../runtime/batch-feeds.ts';
import { float32, int32, Session, type SessionOptions } from '../runtime/session.ts';
import type { KeyValueCache } from './key-value-cache.ts';
import {
  arraysOf,
  type DecoderOptions,
  feedsOf,
  lastRows,
  type PaddedPrompts,
  type Passes,
  weightsOf,
} from './passes.ts';

export async function openReadOnlyPasses(
  model: LanguageModel,
  options: DecoderOptions,
  session: SessionOptions,
): Promise<Passes> {
  const prefill = await Session.create(buildPrefill(model, options), session);
  const step = await Session.create(buildStep(model, options), session);
  const weights = feedsOf(model, options);
  const { layers } = model.config;
  const floats = ({ data }: Tensor) => data as Float32Array;
  return {
    async prompt(prompts, cache) {
      const found = await prefill.run({ ...weights, ...promptFeeds(prompts) });
      for (let layer = 0; layer < layers; layer++)
        cache.put(layer, floats(found[`key_${layer}`]), floats(found[`value_${layer}`]), prompts.length);
      return floats(found.logits);
    },
    async step(tokens, lengths, cache) {
      const feeds = { ...weights, ...stepFeeds(model, tokens, lengths, cache) };
      const found = await step.run(feeds, arraysOf(cache.outputs));
      for (let layer = 0; layer < layers; layer++)
        cache.append(layer, floats(found[`key_${layer}`]), floats(found[`value_${layer}`]), lengths);
      cache.outputs = found;
      return floats(found.logits);
    },
    async close() {
      await prefill.close();
      await step.close();
    },
  };
}

function promptFeeds(prompts: PaddedPrompts): Record<string, Tensor> {
  const { ids, lengths, length } = prompts;
  return {
    ids: int32([lengths.length, length], ids),
    positions: positionFeed(lengths.length, length),
    mask: causalMaskFeed(length),
    rows: int32([lengths.length], lastRows(prompts)),
  };
}

function stepFeeds(
  { config }: LanguageModel,
  tokens: readonly number[],
  lengths: readonly number[],
  cache: KeyValueCache,
): Record<string, Tensor> {
  const [batch, width] = [lengths.length, cache.capacity];
  const mask = new Float32Array(batch * (width + 1)).fill(MASKED);
  lengths.forEach((length, row) => {
    mask.fill(0, row * (width + 1), row * (width + 1) + length);
    mask[row * (width + 1) + width] = 0;
  });
  const feeds: Record<string, Tensor> = {
    ids: int32([batch, 1], Int32Array.from(tokens)),
    positions: { dtype: 'int64', shape: [batch, 1], data: BigInt64Array.from(lengths, BigInt) },
    mask: float32([batch, 1, 1, 1, width + 1], mask),
  };
  const shape = [batch, config.keyValueHeads, 1, width, config.headSize];
  for (let layer = 0; layer < config.layers; layer++) {
    feeds[`past_key_${layer}`] = float32(shape, cache.keys(layer));
    feeds[`past_value_${layer}`] = float32(shape, cache.values(layer));
  }
  return feeds;
}

function showPresent(g: GraphBuilder, present: readonly LayerCache[]): void {
  present.forEach(({ key, value }, layer) => {
    g.output(`key_${layer}`, key);
    g.output(`value_${layer}`, value);
  });
}

/** ids [B, T] → logits of the rows named, and every layer's keys and values. */
function buildPrefill(model: LanguageModel, options: DecoderOptions): Graph {
  const g = new GraphBuilder('prefill');
  const weights = weightsOf(g, model, options);
  const { architecture, config } = model;
  const ids = g.input('ids', 'int32', ['B', 'T']);
  const positions = g.input('positions', 'int64', ['B', 'T']);
  const mask = g.input('mask', 'float32', ['T', 'T']);
  const rows = g.input('rows', 'int32', ['R']);
  const input = { ids, positions, mask, maxPositions: options.maxPositions };
  const { hidden, present } = architecture.decode(g, config, weights, input);
  g.output('logits', architecture.head(g, config, weights, g.gather(hidden, rows)));
  showPresent(g, present);
  return g.build();
}

/** One token a row on top of a cache of P positions; returns logits and only the new keys and values. */
function buildStep(model: LanguageModel, options: DecoderOptions): Graph {
  const g = new GraphBuilder('step');
  const weights = weightsOf(g, model, options);
  const { architecture, config } = model;
  const shape = ['B', config.keyValueHeads, 1, 'P', config.headSize];
  const ids = g.input('ids', 'int32', ['B', 1]);
  const positions = g.input('positions', 'int64', ['B', 1]);
  const mask = g.input('mask', 'float32', ['B', 1, 1, 1, 'W']);
  const past = Array.from(
    { length: config.layers },
    (_, layer): LayerCache => ({
      key: g.input(`past_key_${layer}`, 'float32', shape),
      value: g.input(`past_value_${layer}`, 'float32', shape),
    }),
  );
  const input = { ids, positions, mask, past, maxPositions: options.maxPositions };
  const { hidden, present } = architecture.decode(g, config, weights, input);
  g.output('logits', architecture.head(g, config, weights, hidden));
  showPresent(g, present);
  return g.build();
}
