/** The layers of a decoder one after the other, their insides kept for the backward pass or computed again there. */
import { recomputed } from '../autodiff/recompute.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';
import type { DecoderInput, LayerCache } from './architecture.ts';
import type { ModelConfig } from './config.ts';

export interface LayerOutput {
  readonly x: Value;
  readonly present: LayerCache;
}

/** `layer` makes the nodes of one layer from what enters it; with `input.recompute` it is called twice for each. */
export function stackLayers(
  g: GraphBuilder,
  { layers }: ModelConfig,
  { recompute }: DecoderInput,
  embedded: Value,
  layer: (x: Value, i: number) => LayerOutput,
): { readonly x: Value; readonly present: readonly LayerCache[] } {
  const present: LayerCache[] = [];
  let x = embedded;
  for (let i = 0; i < layers; i++) {
    if (recompute) x = recomputed(g, x, (from) => layer(from, i).x);
    else {
      const made = layer(x, i);
      present.push(made.present);
      x = made.x;
    }
  }
  return { x, present };
}
