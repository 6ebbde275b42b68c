/** How much memory the tensors of a graph take at once when it runs: worked out from their lives, before it runs. */
import { resolveDim } from './dims.ts';
import type { DType, Graph, Value } from './value.ts';

const BYTES: Readonly<Record<DType, number>> = { float32: 4, int32: 4, int64: 8, bool: 1, uint8: 1 };

/** Nodes whose result is the operand's memory seen differently. */
const VIEWS = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Identity']);

export const bytesOf = ({ dtype, shape }: Value, sizes: ReadonlyMap<string, number>): number =>
  shape.reduce((total: number, dim) => total * resolveDim(dim, sizes), BYTES[dtype]);

/**
 * Peak bytes of computed tensors, the graph's own inputs, constants and outputs not counted: each lives from its node to the last that reads it. Nodes run in
 * the order they were built; a runtime that writes results over operands that die needs less.
 */
export function peakBytes(graph: Graph, sizes: ReadonlyMap<string, number>): number {
  const root = new Map<number, number>();
  const rootOf = (id: number): number => root.get(id) ?? id;
  for (const { op, inputs, outputs } of graph.nodes)
    if (VIEWS.has(op) && inputs[0]) root.set(outputs[0].id, rootOf(inputs[0].id));
  const last = new Map<number, number>();
  graph.nodes.forEach(({ inputs }, at) => {
    for (const input of inputs) if (input) last.set(rootOf(input.id), at);
  });
  const ending = new Map<number, number[]>();
  for (const [id, at] of last) ending.set(at, [...(ending.get(at) ?? []), id]);
  const shown = new Set(graph.outputs.map(({ value }) => rootOf(value.id)));
  const living = new Map<number, number>();
  let now = 0;
  let peak = 0;
  graph.nodes.forEach(({ outputs }, at) => {
    for (const output of outputs) {
      // views are counted at their root, and the runtime drops what nothing reads
      if (root.has(output.id) || shown.has(output.id) || !last.has(output.id)) continue;
      const bytes = bytesOf(output, sizes);
      living.set(output.id, bytes);
      now += bytes;
    }
    peak = Math.max(peak, now);
    for (const id of ending.get(at) ?? []) {
      now -= living.get(id) ?? 0;
      living.delete(id);
    }
  });
  return peak;
}
