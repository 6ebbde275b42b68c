/** Graph → .onnx bytes (onnx.proto3: ModelProto, GraphProto, NodeProto, TensorProto). */
import { DTYPE_CODES } from '../graph/builder.ts';
import type { AttributeValue, FloatAttribute, Graph, Node, Value } from '../graph/value.ts';
import { ProtoWriter } from './protobuf.ts';

/** Operators mean what this version of the standard says. */
export const OPSET = 23;
const IR_VERSION = 11;
const MICROSOFT = 'com.microsoft';

/** AttributeProto.AttributeType */
const KIND = { float: 1, integer: 2, string: 3, integers: 7 } as const;

/** Where the content of a constant lies that is not in the model; the runtime is given it apart. */
const OUTSIDE = 'held-by-the-caller';
const EXTERNAL = 1; // TensorProto.DataLocation

/**
 * The whole model as one byte array (protobuf limits it to 2 GB). Constants for which `outside` holds have a name and a shape in it, and no content.
 */
export function encodeModel(graph: Graph, outside: (constant: Value) => boolean = () => false): Uint8Array {
  return new ProtoWriter()
    .varint(1, IR_VERSION)
    .string(2, 'plumbline')
    .message(7, (w) => writeGraph(w, graph, outside))
    .message(8, (w) => w.string(1, '').varint(2, OPSET))
    .message(8, (w) => w.string(1, MICROSOFT).varint(2, 1))
    .finish();
}

function writeGraph(w: ProtoWriter, graph: Graph, outside: (constant: Value) => boolean): void {
  for (const node of graph.nodes) w.message(1, (n) => writeNode(n, node));
  w.string(2, graph.name);
  for (const constant of graph.constants) w.message(5, (t) => writeConstant(t, constant, outside(constant)));
  for (const input of graph.inputs) w.message(11, (v) => writeInput(v, input));
  // an output is an Identity away from the value it shows, so that one value may be shown twice and inputs may be shown
  for (const { name, value } of graph.outputs)
    w.message(1, (n) => n.string(1, value.name).string(2, outputName(name)).string(4, 'Identity'));
  for (const { name, value } of graph.outputs)
    w.message(12, (v) => {
      v.string(1, outputName(name)).message(2, (t) => t.message(1, (e) => e.varint(1, DTYPE_CODES[value.dtype])));
    });
}

/** Outputs live in a name space of their own. */
export const outputName = (name: string): string => `out:${name}`;

function writeNode(w: ProtoWriter, node: Node): void {
  // an optional input left out in the middle is an empty name; at the end it must be absent
  const last = node.inputs.findLastIndex((input) => input !== null);
  for (const input of node.inputs.slice(0, last + 1)) w.string(1, input?.name ?? '');
  for (const output of node.outputs) w.string(2, output.name);
  w.string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    if (value !== undefined && !name.startsWith('_')) w.message(5, (a) => writeAttribute(a, name, value));
  }
  if (node.domain) w.string(7, node.domain);
}

function writeAttribute(w: ProtoWriter, name: string, value: AttributeValue | FloatAttribute): void {
  w.string(1, name);
  if (typeof value === 'number') w.varint(3, value).varint(20, KIND.integer);
  else if (typeof value === 'string') w.string(4, value).varint(20, KIND.string);
  else if ('float' in value) w.float(2, value.float).varint(20, KIND.float);
  else {
    for (const item of value) w.varint(8, item);
    w.varint(20, KIND.integers);
  }
}

function writeConstant(w: ProtoWriter, constant: Value, outside: boolean): void {
  if (!constant.data) throw new Error(`constant ${constant.name} has no data`);
  for (const dim of constant.shape) w.varint(1, Number(dim));
  const { buffer, byteOffset, byteLength } = constant.data;
  w.varint(2, DTYPE_CODES[constant.dtype]).string(8, constant.name);
  if (outside) w.message(13, (e) => e.string(1, 'location').string(2, OUTSIDE)).varint(14, EXTERNAL);
  else w.bytes(9, new Uint8Array(buffer, byteOffset, byteLength));
}

function writeInput(w: ProtoWriter, input: Value): void {
  w.string(1, input.name).message(2, (t) =>
    t.message(1, (e) => {
      e.varint(1, DTYPE_CODES[input.dtype]).message(2, (s) => {
        for (const dim of input.shape)
          s.message(1, (d) => (typeof dim === 'number' ? d.varint(1, dim) : d.string(2, dim)));
      });
    }),
  );
}
