/** Layers that several families share. Hidden states are [B*T, width]; matrices are stored as [out, in] unless told otherwise. */
import type { GraphBuilder } from '../graph/builder.ts';
import { product } from '../graph/dims.ts';
import { float, type Value } from '../graph/value.ts';
import { activations, isSilu, softCap } from './activations.ts';
import type { DecoderInput, LayerCache, Weight } from './architecture.ts';
import type { AttentionKind } from './attention-kinds.ts';
import { cachedAttention } from './cached-attention.ts';
import type { ModelConfig } from './config.ts';
import { attentionRows, collect, spread } from './packing.ts';
import { quantisedProduct } from './quantised.ts';
import { ropeFrequencies, ropeTables } from './rope.ts';
import type { RopeConfig } from './rope-config.ts';
import { writtenAttention } from './written-attention.ts';

/** x Wᵀ + b for a matrix stored as [out, in], x W + b for one stored as [in, out]; and the adapter's part where the weight has one. */
export function linear(
  g: GraphBuilder,
  x: Value,
  weight: Weight,
  bias?: Value,
  stored: 'out-in' | 'in-out' = 'out-in',
): Value {
  if (!weight.quantised) return adapted(g, x, weight, g.gemm(x, weight, { transB: stored === 'out-in', c: bias }));
  const product = quantisedProduct(g, x, weight.quantised);
  return adapted(g, x, weight, bias ? g.add(product, bias) : product);
}

/** y + scale · (x Aᵀ) Bᵀ: the sum costs no pass of its own. */
function adapted(g: GraphBuilder, x: Value, { adapter }: Weight, y: Value): Value {
  if (!adapter) return y;
  const narrow = adapter.narrowed?.(x, adapter.a) ?? g.gemm(x, adapter.a, { transB: true });
  return g.op('Gemm', [narrow, adapter.b, y], { transB: 1, alpha: float(adapter.scale) });
}

/** Rows of the embedding table, [B*T, hidden]; the row of `frozenRow` takes no gradient (transformers' padding_idx). */
export function embed(g: GraphBuilder, table: Value, ids: Value, frozenRow: number | null): Value {
  const flat = g.reshape(ids, [product(ids.shape)]);
  return g.op('Gather', [table, flat], { axis: 0, _frozenRow: frozenRow ?? -1 });
}

export function rmsNorm(g: GraphBuilder, x: Value, scale: Value, epsilon: number): Value {
  return g.op('RMSNormalization', [x, scale], { axis: -1, epsilon: float(epsilon) });
}

export function layerNorm(g: GraphBuilder, x: Value, scale: Value, shift: Value, epsilon: number): Value {
  return g.op('LayerNormalization', [x, scale, shift], { axis: -1, epsilon: float(epsilon) });
}

/** silu(gate) · up with a gradient in fewer passes than the single rules make. */
function swiglu(g: GraphBuilder, gate: Value, up: Value): Value {
  return g.fused(
    'SwiGLU',
    [gate, up],
    () => [g.mul(g.mul(gate, g.sigmoid(gate)), up)],
    (_, { dOutputs: [dy], needs }) => {
      const s = g.sigmoid(gate);
      const a = g.mul(gate, s);
      // d silu = s + a (1 − s) = s (1 + gate − a)
      const slope = g.mul(s, g.add(1, g.sub(gate, a)));
      return [needs(0) ? g.mul(g.mul(dy, up), slope) : null, needs(1) ? g.mul(dy, a) : null];
    },
  )[0];
}

/** down's input: activation(gate(x)) · up(x) (Shazeer, 2002.05202). */
export function gatedUnit(g: GraphBuilder, activation: string, gate: Value, up: Value): Value {
  return isSilu(activation) ? swiglu(g, gate, up) : g.mul(activations.get(activation).build(g, gate), up);
}

export interface Rotation {
  readonly query: readonly [Value, Value];
  readonly key: readonly [Value, Value];
  /** cos and sin are [B, T, size/2], of the tokens at hand; else tables by position. */
  readonly perToken: boolean;
  /** RotaryEmbedding's attributes that say what is rotated. */
  readonly attributes: { readonly interleaved: number; readonly rotary_embedding_dim: number };
}

/** cos and sin tables of `size` elements a head as constants; the query's carry `queryScale`. */
export function rotation(
  g: GraphBuilder,
  rope: RopeConfig,
  size: number,
  positions: number,
  queryScale: number,
): Rotation {
  const shape = [positions, size / 2];
  const pair = (name: string, scale: number): [Value, Value] => {
    const { cos, sin } = ropeTables(rope, size, positions, scale);
    return [g.constant(`${name}_cos`, 'float32', shape, cos), g.constant(`${name}_sin`, 'float32', shape, sin)];
  };
  return {
    query: pair('rope_query', queryScale),
    key: pair('rope_key', 1),
    perToken: false,
    attributes: { interleaved: rope.interleaved ? 1 : 0, rotary_embedding_dim: size },
  };
}

/** The same computed from the positions [B, T]: for graphs whose positions nothing bounds. */
export function tokenRotation(
  g: GraphBuilder,
  rope: RopeConfig,
  size: number,
  positions: Value,
  queryScale: number,
): Rotation {
  const frequencies = Float32Array.from(ropeFrequencies(rope, size));
  const angles = g.mul(
    g.unsqueeze(g.cast(positions, 'float32'), [2]),
    g.constant('rope_frequencies', 'float32', [1, 1, size / 2], frequencies),
  );
  const pair = (scale: number): [Value, Value] =>
    scale === 1
      ? [g.op('Cos', [angles]), g.op('Sin', [angles])]
      : [g.mul(scale, g.op('Cos', [angles])), g.mul(scale, g.op('Sin', [angles]))];
  return {
    query: pair(queryScale * rope.attentionFactor),
    key: pair(rope.attentionFactor),
    perToken: true,
    attributes: { interleaved: rope.interleaved ? 1 : 0, rotary_embedding_dim: size },
  };
}

/** x [B*T, heads*D] rotated by position, as [B, T, heads, D]. */
function rotate(
  g: GraphBuilder,
  { headSize }: ModelConfig,
  x: Value,
  heads: number,
  { rotation }: AttentionKind,
  which: 'query' | 'key',
  positions: Value,
): Value {
  const [b, t] = positions.shape;
  if (!rotation) return g.reshape(x, [b, t, heads, headSize]);
  const rows = g.reshape(x, [b, t, heads * headSize]);
  const at = rotation.perToken ? [] : [positions];
  const turned = g.op('RotaryEmbedding', [rows, ...rotation[which], ...at], {
    ...rotation.attributes,
    num_heads: heads,
  });
  return g.reshape(turned, [b, t, heads, headSize]);
}

/**
 * Causal attention with grouped queries (2305.13245): q [B*T, H·D], k and v [B*T, Hkv·D] → [B*T, H·D].
 * The queries of one group are stacked, so that each key head meets one matrix [G·T, D] and nothing is repeated.
 */
export function attention(
  g: GraphBuilder,
  config: ModelConfig,
  qkv: { q: Value; k: Value; v: Value },
  kind: AttentionKind,
  input: DecoderInput,
  past: LayerCache | undefined,
): { output: Value; present: LayerCache } {
  if (past && input.written) return writtenAttention(g, config, qkv, kind, input, past, input.written);
  if (past && !input.grows) return cachedAttention(g, config, qkv, kind, input, past);
  const { packing } = input;
  if (!packing) return rowAttention(g, config, qkv, kind, input, past);
  const rows = { q: spread(g, qkv.q, packing), k: spread(g, qkv.k, packing), v: spread(g, qkv.v, packing) };
  const { output, present } = rowAttention(g, config, rows, kind, attentionRows(input), undefined);
  return { output: collect(g, output, packing), present };
}

function rowAttention(
  g: GraphBuilder,
  config: ModelConfig,
  qkv: { q: Value; k: Value; v: Value },
  kind: AttentionKind,
  input: DecoderInput,
  past: LayerCache | undefined,
): { output: Value; present: LayerCache } {
  const { heads, keyValueHeads, headSize } = config;
  const group = heads / keyValueHeads;
  const [b, t] = input.ids.shape;
  const stacked = product([group, t]);
  const scaled = kind.queryScale === 1 ? qkv.q : g.mul(kind.queryScale, qkv.q);
  const q = rotate(g, config, scaled, heads, kind, 'query', input.positions);
  const k = rotate(g, config, qkv.k, keyValueHeads, kind, 'key', input.positions);
  const queries = g.reshape(g.transpose(g.reshape(q, [b, t, keyValueHeads, group, headSize]), [0, 2, 3, 1, 4]), [
    b,
    keyValueHeads,
    stacked,
    headSize,
  ]);
  const fresh = g.transpose(g.reshape(qkv.v, [b, t, keyValueHeads, headSize]), [0, 2, 1, 3]);
  const grown = past && appended(g, past, g.transpose(k, [0, 2, 1, 3]), fresh, kind.mask);
  const key = grown ? g.transpose(grown.key, [0, 1, 3, 2]) : g.transpose(k, [0, 2, 3, 1]); // [B, Hkv, D, T]
  const value = grown?.value ?? fresh;
  const scores = softCap(g, g.matmul(queries, key), config.attentionCap); // [B, Hkv, G·T, T]
  const mixed = mix(g, scores, value, kind.mask, group);
  const perHead = g.transpose(g.reshape(mixed, [b, keyValueHeads, group, t, headSize]), [0, 3, 1, 2, 4]);
  const present = grown ?? { key: g.transpose(k, [0, 2, 1, 3]), value };
  return { output: g.reshape(perHead, [product([b, t]), heads * headSize]), present };
}

/** Cached keys and values [B, Hkv, P, D] with the new ones behind them; their number is the mask's width. */
function appended(g: GraphBuilder, past: LayerCache, key: Value, value: Value, mask: Value): LayerCache {
  const width = mask.shape[mask.shape.length - 1];
  const join = (before: Value, after: Value): Value => {
    const [b, heads, , size] = after.shape;
    return { ...g.concat([before, after], 2), shape: [b, heads, width, size] };
  };
  return { key: join(past.key, key), value: join(past.value, value) };
}

/** softmax(scores + mask), [T, T] or [B, 1, 1, T, T], the mask applied per query head. */
function masked(g: GraphBuilder, scores: Value, mask: Value, group: number): Value {
  const [b, heads, , width] = scores.shape;
  const t = mask.shape[mask.shape.length - 2];
  const split = g.reshape(scores, [b, heads, group, t, width]);
  return g.reshape(g.softmax(g.add(split, mask)), scores.shape);
}

const swapLast = (g: GraphBuilder, x: Value): Value => g.transpose(x, [0, 1, 3, 2]);

/**
 * softmax(scores + mask) · value. With weights P and output O, d scores = P ∘ (dO Vᵀ − rowsum(dO ∘ O)) (FlashAttention, 2205.14135, appendix B):
 * the row sums run over a head's width instead of over all keys. dV is formed as (dOᵀ P)ᵀ, which transposes the narrow operand, not P.
 */
function mix(g: GraphBuilder, scores: Value, value: Value, mask: Value, group: number): Value {
  const weights = g.untaped(() => masked(g, scores, mask, group));
  return g.fused(
    'Attention',
    [scores, value],
    () => [g.matmul(weights, value)],
    (_, { outputs: [output], dOutputs: [d], needs }) => {
      const balance = g.reduceSum(g.mul(d, output), [3], true);
      return [
        needs(0) ? g.mul(weights, g.sub(g.matmul(d, swapLast(g, value)), balance)) : null,
        needs(1) ? swapLast(g, g.matmul(swapLast(g, d), weights)) : null,
      ];
    },
  )[0];
}
