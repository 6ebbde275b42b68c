/** What distinguishes the attention of one layer from another's: the angles it turns by, the tokens it sees, its scale. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Dim, Value } from '../graph/value.ts';
import { MASKED } from '../runtime/batch-feeds.ts';
import type { DecoderInput } from './architecture.ts';
import type { ModelConfig } from './config.ts';
import { type Rotation, rotation, tokenRotation } from './layers.ts';
import { attentionRows } from './packing.ts';
import type { RopeConfig } from './rope-config.ts';

export interface AttentionKind {
  /** null: no rotation. */
  readonly rotation: Rotation | null;
  /** What is left to multiply queries by: the rotation of whole heads carries the scale of the scores already. */
  readonly queryScale: number;
  /** The decoder's mask, narrowed to the window. */
  readonly mask: Value;
  /** Tokens a token sees, itself included; null: all before it. */
  readonly window: number | null;
}

/** A text beyond a model's positions. */
export class TooLong extends RangeError {
  readonly code = 'too_long';
}

/** Layer → its kind. Tables and masks that layers share are made once. Throws TooLong for texts longer than the model has positions. */
export function attentionKinds(
  g: GraphBuilder,
  config: ModelConfig,
  input: DecoderInput,
): (layer: number) => AttentionKind {
  if (config.positionLimit !== null && input.maxPositions > config.positionLimit)
    throw new TooLong(
      `this model ends at ${config.positionLimit} positions (learnt ones, or a "dynamic" RoPE scaling, whose angles change there), this needs ${input.maxPositions}: shorten texts or completions`,
    );
  const made = new Map<string, AttentionKind>();
  return (layer) => {
    // a window that no sequence of this graph fills is none
    const wanted = config.windows[layer];
    const window = wanted !== null && wanted < input.maxPositions ? wanted : null;
    const rope = wanted !== null && config.windowRope ? config.windowRope : config.rope;
    const scale = config.attentionScales[layer];
    const key = `${window} ${rope === config.rope} ${scale}`;
    const found = made.get(key);
    if (found) return found;
    const inTables = rope !== null && config.rotarySize === config.headSize;
    const kind: AttentionKind = {
      rotation: rope && rotationOf(g, config, rope, input, inTables ? scale : 1),
      queryScale: inTables ? 1 : scale,
      window,
      mask: window === null ? input.mask : g.untaped(() => windowMask(g, input, window)),
    };
    made.set(key, kind);
    return kind;
  };
}

const rotationOf = (g: GraphBuilder, config: ModelConfig, rope: RopeConfig, input: DecoderInput, queryScale: number) =>
  input.grows
    ? tokenRotation(g, rope, config.rotarySize, input.positions, queryScale)
    : rotation(g, rope, config.rotarySize, input.maxPositions, queryScale);

/** 0, 1, … along a dimension, [n]: places of tokens. */
export const places = (g: GraphBuilder, n: Dim): Value =>
  g.sub(g.op('CumSum', [g.filled(1, [n]), g.scalar(0, 'int64')]), 1);

/** Places of the T new tokens among W, which are the last of them: [T, 1]. */
export function newPlaces(g: GraphBuilder, t: Dim, width: Dim): Value {
  const first = g.sub(g.count([width]), g.count([t]));
  return g.unsqueeze(g.add(places(g, t), first), [1]);
}

/** The mask with MASKED added where a key lies `window` or more positions back: [B, 1, 1, T, T], or [B, 1, 1, 1, P+1] over a cache. */
function windowMask(g: GraphBuilder, input: DecoderInput, window: number): Value {
  const { positions, mask, past, grows } = attentionRows(input);
  const [b, t] = positions.shape;
  const at = g.cast(positions, 'float32');
  const width = mask.shape[mask.shape.length - 1];
  // the cache holds a row's tokens in order; the new token, in the last place, is at most as far as its position says
  const keys = past ? places(g, width) : g.reshape(at, [b, 1, 1, 1, t]);
  const queries = grows ? newPlaces(g, t, width) : g.reshape(at, [b, 1, 1, t, 1]);
  const distance = g.sub(queries, keys);
  return g.add(mask, g.mul(MASKED, g.indicator(g.greater(distance, g.scalar(window - 1)))));
}
