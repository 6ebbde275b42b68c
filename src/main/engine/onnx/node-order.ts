/** The order in which nodes are written, which decides when the runtime computes what nothing else reads, and with that what it holds at once. */
import type { Graph, Node } from '../graph/value.ts';

/**
 * The runtime (onnxruntime 1.30) starts from the nodes that nothing reads, the last written first, and computes for each what it still needs. So the
 * gradients of weights are written last, and among them last what can be computed first: each is made as soon as it can be, and what it was made of
 * goes. Written in the order they were built, all of them wait for the end of the backward pass.
 */
export function runtimeOrder({ nodes }: Graph): readonly Node[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map((input) => input?.id)));
  const madeAt = new Map(nodes.flatMap(({ outputs }, at) => outputs.map(({ id }) => [id, at] as const)));
  const isEnd = ({ outputs }: Node) => !outputs.some(({ id }) => read.has(id));
  const readyAt = ({ inputs }: Node) => Math.max(-1, ...inputs.map((input) => (input && madeAt.get(input.id)) ?? -1));
  const ends = nodes.filter(isEnd).map((node, at) => ({ node, at, ready: readyAt(node) }));
  ends.sort((a, b) => b.ready - a.ready || b.at - a.at);
  return [...nodes.filter((node) => !isEnd(node)), ...ends.map(({ node }) => node)];
}
