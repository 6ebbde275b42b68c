/** Between packed tokens and the rows that attention sees. Gradients are gathered like the values: a scatter would be slower, and its order left to chance. */
import type { GraphBuilder } from '../graph/builder.ts';
import { product } from '../graph/dims.ts';
import type { Value } from '../graph/value.ts';
import type { DecoderInput, Packing } from './architecture.ts';

/** A decoder's input as attention needs it: ids and positions by row. */
export function attentionRows(input: DecoderInput): DecoderInput {
  const { packing, ...rest } = input;
  return packing ? { ...rest, ids: packing.places, positions: packing.positions } : input;
}

/** Tokens [N, width] → places [B*T, width]. A token that stands at two places gets both gradients; those of unused places are 0. */
export function spread(g: GraphBuilder, x: Value, packing: Packing): Value {
  const places = g.reshape(packing.places, [product(packing.places.shape)]);
  return g.fused(
    'Spread',
    [x],
    () => [g.gather(x, places)],
    (_, { dOutputs: [d] }) => [g.add(g.gather(d, packing.back), g.mul(packing.shared, g.gather(d, packing.other)))],
  )[0];
}

/** Places [B*T, width] → tokens [N, width], each from its `back`; other places get no gradient. */
export function collect(g: GraphBuilder, y: Value, packing: Packing): Value {
  const count = product(packing.places.shape);
  return g.fused(
    'Collect',
    [y],
    () => [g.gather(y, packing.back)],
    (_, { dOutputs: [d] }) => [
      g.mul(g.reshape(packing.owned, [count, 1]), g.gather(d, g.reshape(packing.places, [count]))),
    ],
  )[0];
}
