/** Sorting inside a graph, through which gradients flow back to where each entry came from. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';

/** The entries of a vector [N] from the smallest to the largest. */
export const ascending = (g: GraphBuilder, x: Value): Value =>
  g.node('TopK', [x, g.shape(x.shape)], { axis: 0, largest: 0, sorted: 1 })[0];
