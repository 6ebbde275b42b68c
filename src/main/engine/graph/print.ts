/** Writes a Graph as text, one line a node: for tests, for reading, for bug reports. */
import type { AttributeValue, FloatAttribute, Graph, Value } from './value.ts';

const type = (v: Value) => `${v.dtype}[${v.shape.join(', ')}]`;

/** `name: dtype[shape] = Op(inputs) {attributes}`; inputs first, outputs last. Names are those written to ONNX. */
export function printGraph(graph: Graph): string {
  const lines = [`graph ${graph.name}`];
  for (const input of graph.inputs) lines.push(`  input ${input.name}: ${type(input)}`);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((v) => (v ? describe(v) : '_')).join(', ');
    const attributes = Object.entries(node.attributes)
      .filter((entry): entry is [string, AttributeValue | FloatAttribute] => entry[1] !== undefined)
      .map(([name, value]) => `${name}=${formatAttribute(value)}`)
      .join(', ');
    const left = node.outputs.map((v) => `${v.name}: ${type(v)}`).join(', ');
    lines.push(`  ${left} = ${node.op}(${inputs})${attributes ? ` {${attributes}}` : ''}`);
  }
  for (const { name, value } of graph.outputs) lines.push(`  output ${name} = ${value.name}`);
  return lines.join('\n');
}

function describe(value: Value): string {
  if (value.kind !== 'constant') return value.name;
  if (value.dims) return `[${value.dims.join(', ')}]`;
  return value.data?.length === 1 ? String(value.data[0]) : `${value.name}: ${type(value)}`;
}

function formatAttribute(value: AttributeValue | FloatAttribute): string {
  if (typeof value === 'number' || typeof value === 'string') return String(value);
  return 'float' in value ? String(value.float) : `[${value.join(', ')}]`;
}
