/**
 * Passes in which the runtime's own attention writes new keys and values into the cache: one graph for prompts and steps, a third of the nodes.
 * The cache's arrays are an input and an output at once, so this needs the native API.
 */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Tensor, TensorArray } from '../graph/value.ts';
import type { LayerCache } from '../models/architecture.ts';
import type { LanguageModel } from '../models/language-model.ts';
import { positionFeed } from '../runtime/batch-feeds.ts';
import { float32, int32, Session, type SessionOptions } from '../runtime/session.ts';
import type { KeyValueCache } from './key-value-cache.ts';
import { type DecoderOptions, feedsOf, lastRows, type Passes, weightsOf } from './passes.ts';

export async function openWritingPasses(
  model: LanguageModel,
  options: DecoderOptions,
  session: SessionOptions,
): Promise<Passes> {
  const running = await Session.create(build(model, options), session);
  const weights = feedsOf(model, options);
  const run = async (feeds: Record<string, Tensor>, cache: KeyValueCache, logits?: Tensor) => {
    const { past, into } = cacheFeeds(model, cache);
    if (logits) into.logits = logits.data;
    const found = await running.run({ ...weights, ...feeds, ...past }, into);
    return found.logits;
  };
  return {
    async prompt(prompts, cache) {
      const { ids, lengths, length } = prompts;
      const batch = lengths.length;
      const feeds = {
        ids: int32([batch, length], ids),
        positions: positionFeed(batch, length),
        rows: int32([batch], lastRows(prompts)),
        ends: int32(
          [batch],
          Int32Array.from(lengths, (own) => own - 1),
        ),
        total: int32([1], Int32Array.of(length)),
      };
      return (await run(feeds, cache)).data as Float32Array;
    },
    async step(tokens, lengths, cache) {
      const batch = lengths.length;
      const feeds: Record<string, Tensor> = {
        ids: int32([batch, 1], Int32Array.from(tokens)),
        positions: { dtype: 'int64', shape: [batch, 1], data: BigInt64Array.from(lengths, BigInt) },
        rows: int32(
          [batch],
          Int32Array.from(lengths, (_, row) => row),
        ),
        ends: int32([batch], Int32Array.from(lengths)),
        total: int32([1], Int32Array.of(Math.max(...lengths) + 1)),
      };
      const logits = await run(feeds, cache, cache.outputs.logits);
      cache.outputs = { logits };
      return logits.data as Float32Array;
    },
    close: () => running.close(),
  };
}

/** The cache's arrays, as what the graph reads and as where it writes. */
function cacheFeeds({ config }: LanguageModel, cache: KeyValueCache) {
  const past: Record<string, Tensor> = {};
  const into: Record<string, TensorArray> = {};
  const shape = [cache.rows, config.keyValueHeads, cache.capacity, config.headSize];
  for (let layer = 0; layer < config.layers; layer++) {
    for (const [part, data] of [
      [`key_${layer}`, cache.keys(layer)],
      [`value_${layer}`, cache.values(layer)],
    ] as const) {
      past[`past_${part}`] = float32(shape, data);
      into[part] = data;
    }
  }
  return { past, into };
}

/** ids [B, T] on top of a cache with room for P positions → logits of the rows named; T is 1 unless the cache is empty. */
function build(model: LanguageModel, options: DecoderOptions): Graph {
  const g = new GraphBuilder('decode');
  const weights = weightsOf(g, model, options);
  const { architecture, config } = model;
  const shape = ['B', config.keyValueHeads, 'P', config.headSize];
  const ids = g.input('ids', 'int32', ['B', 'T']);
  const positions = g.input('positions', 'int64', ['B', 'T']);
  const rows = g.input('rows', 'int32', ['R']);
  const ends = g.input('ends', 'int32', ['B']);
  const total = g.input('total', 'int32', [1]);
  // nothing reads it: the runtime's attention masks by itself, and an input that nothing reads is no input of the built graph
  const mask = g.input('mask', 'float32', ['T', 'T']);
  const past = Array.from(
    { length: config.layers },
    (_, layer): LayerCache => ({
      key: g.input(`past_key_${layer}`, 'float32', shape),
      value: g.input(`past_value_${layer}`, 'float32', shape),
    }),
  );
  const input = { ids, positions, mask, past, written: { ends, total }, maxPositions: options.maxPositions };
  const { hidden, present } = architecture.decode(g, config, weights, input);
  g.output('logits', architecture.head(g, config, weights, g.gather(hidden, rows)));
  present.forEach(({ key, value }, layer) => {
    g.output(`key_${layer}`, key);
    g.output(`value_${layer}`, value);
  });
  return g.build();
}
