/**
 * Dropout on what an adapter's pairs read (PEFT's lora_dropout): each number of x is dropped with probability p, the others count 1/(1 − p) times.
 *
 * The mask is made in the graph from two short vectors of random odd numbers: an entry stays where row · column mod 2³² is among the largest
 * (1 − p) · 2³² values. That is multiplicative hashing (Dietzfelbinger and others, 1997): uniform for every entry, all but independent for every two.
 * So a step's masks follow from its seed, and what is fed is as long as rows and columns, not as their product.
 */
import { createRandom, type Random } from '../../base/random.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { product } from '../graph/dims.ts';
import { type Dim, elementCount, type Tensor, type Value } from '../graph/value.ts';
import { float32, int32 } from '../runtime/session.ts';
import type { Adapter, LoraPair } from './lora.ts';

const ROWS = 'dropout_rows';
const THRESHOLD = 'dropout_threshold';
const SCALE = 'dropout_scale';
const columnsOf = ({ a }: LoraPair): string => `dropout_columns:${a}`;

/** x [rows, in] → x Aᵀ with dropout on x. */
export type DroppedProduct = (x: Value, a: Value) => Value;

/**
 * Declares the inputs that `dropoutFeeds` feeds. `tokens` are the dimensions of a batch's ids; modules after the body (a head) see the rows `picked` of
 * them only.
 */
export function declareDropout(
  g: GraphBuilder,
  tokens: readonly Dim[],
  picked: Value,
): (pair: LoraPair) => DroppedProduct {
  const all = g.reshape(g.input(ROWS, 'int32', tokens), [product(tokens), 1]);
  const threshold = g.input(THRESHOLD, 'int32', []);
  const scale = g.input(SCALE, 'float32', []);
  return (pair) => {
    const columns = g.input(columnsOf(pair), 'int32', [1, pair.module.into]);
    return (x, a) => {
      const rows = x.shape[0] === all.shape[0] ? all : g.gather(all, picked);
      const kept = g.op('GreaterOrEqual', [g.mul(rows, columns), threshold]);
      return g.mul(g.gemm(g.mul(x, g.indicator(kept)), a, { transB: true }), scale);
    };
  };
}

const odd = (random: Random): number => (2 * random.integer(2 ** 31) + 1) | 0;
const oddNumbers = (random: Random, length: number): Int32Array => Int32Array.from({ length }, () => odd(random));
const LOWEST = -(2 ** 31);
const HIGHEST = 2 ** 31 - 1;

/**
 * Feeds for a batch of ids of this shape; the same key gives the same masks. Without a key nothing is dropped (held-out rows). Nothing to feed without an
 * adapter, or without dropout in its config.
 */
export function dropoutFeeds(
  adapter: Adapter | undefined,
  { shape }: Pick<Tensor, 'shape'>,
  key: string | null,
): Record<string, Tensor> {
  const share = adapter?.config.dropout ?? 0;
  if (!adapter || share === 0) return {};
  const random = createRandom(`dropout ${key}`);
  const feeds: Record<string, Tensor> = {
    [ROWS]: int32(shape, oddNumbers(random, elementCount(shape))),
    [THRESHOLD]: int32(
      [],
      Int32Array.of(key === null ? LOWEST : Math.min(HIGHEST, LOWEST + Math.round(share * 2 ** 32))),
    ),
    [SCALE]: float32([], Float32Array.of(key === null ? 1 : 1 / (1 - share))),
  };
  for (const pair of adapter.pairs.values())
    feeds[columnsOf(pair)] = int32([1, pair.module.into], oddNumbers(random, pair.module.into));
  return feeds;
}
