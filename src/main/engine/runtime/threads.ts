/** How many threads an operator gets when nobody names a number, and how memory is found: decided by the graph alone, so that the same run gives the same bits. */
import type { Graph, Value } from '../graph/value.ts';

/**
 * Weights below which waking a second thread costs more than it brings. Decoding step of 8 rows, ms with one thread and with two: 0.14M weights 0.56
 * and 0.94, 0.49M 1.03 and 1.75, 0.98M 1.51 and 1.52, 1.97M 2.14 and 1.82. Training steps have more to share: at 0.14M 6.1 and 8.1.
 */
const ONE_THREAD_BELOW = 500_000;

/** Numbers in the tensors whose size the graph knows: weights, fed or constant. */
function weightCount({ inputs, constants }: Graph): number {
  const size = ({ shape }: Value) =>
    shape.reduce<number>((count, dim) => (typeof dim === 'number' ? count * dim : 0), 1);
  return [...inputs, ...constants].reduce((total, value) => total + size(value), 0);
}

/** The runtime's own word for all cores is 0. */
export function threadsFor(graph: Graph, asked = 0): number {
  if (asked > 0) return asked;
  return weightCount(graph) < ONE_THREAD_BELOW ? 1 : 0;
}

/**
 * From the second run of a shape on, the runtime takes one block for all its tensors, and keeps the pool of the first run beside it: SmolLM2-135M's LoRA step on
 * four sequences of 256 tokens comes to 3.6 GB more than the opened session with it and to 1.8 GB without, in the same time. A model too small for its pool to
 * matter gains 2% of a step.
 */
export const usesMemoryPattern = (graph: Graph): boolean => weightCount(graph) < ONE_THREAD_BELOW;
