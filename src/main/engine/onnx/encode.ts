/** Graph → .onnx bytes (onnx.proto3: ModelProto, GraphProto, NodeProto, TensorProto). */
import { DTYPE_CODES } from '../graph/builder.ts';
import type { AttributeValue, FloatAttribute, Graph, Node, Value } from '../graph/value.ts';
import { runtimeOrder } from './node-order.ts';
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

/** How a graph is spelt: what its outputs are called, and how a constant's values are written. */
interface Spelling {
  outputName(name: string): string;
  writeValues(w: ProtoWriter, constant: Value, bytes: Uint8Array): void;
}

/** Values that lie elsewhere: entries of TensorProto.external_data. */
function writeElsewhere(w: ProtoWriter, entries: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(entries)) w.message(13, (e) => e.string(1, key).string(2, value));
  w.varint(14, EXTERNAL);
}

/**
 * The whole model as one byte array (protobuf limits it to 2 GB). Constants for which `outside` holds have a name and a shape in it, and no content.
 */
export function encodeModel(graph: Graph, outside: (constant: Value) => boolean = () => false): Uint8Array {
  const writeValues: Spelling['writeValues'] = (w, constant, bytes) => {
    if (outside(constant)) writeElsewhere(w, { location: OUTSIDE });
    else w.bytes(9, bytes);
  };
  return encode({ ...graph, nodes: runtimeOrder(graph) }, { outputName, writeValues });
}

/** Constants above this many bytes may lie in a file beside the model. */
const EXTERNAL_BYTES = 1024;
/** protobuf's limit is 2 GB; some readers take less. */
const MAX_INLINE_BYTES = 1_500_000_000;

/**
 * A model for other programs: outputs have the names they were given, and weights of a model too large for one file are listed in `external`, to be
 * written one after the other into `dataFile` beside it.
 */
export function encodePortable(graph: Graph, dataFile: string, limit = MAX_INLINE_BYTES) {
  const total = graph.constants.reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);
  const external: Uint8Array[] = [];
  let offset = 0;
  const writeValues: Spelling['writeValues'] = (w, _, bytes) => {
    if (total <= limit || bytes.length < EXTERNAL_BYTES) {
      w.bytes(9, bytes);
      return;
    }
    writeElsewhere(w, { location: dataFile, offset: String(offset), length: String(bytes.length) });
    external.push(bytes);
    offset += bytes.length;
  };
  return { bytes: encode(graph, { outputName: (name) => name, writeValues }), external };
}

function encode(graph: Graph, spelling: Spelling): Uint8Array {
  return new ProtoWriter()
    .varint(1, IR_VERSION)
    .string(2, 'plumbline')
    .message(7, (w) => writeGraph(w, graph, spelling))
    .message(8, (w) => w.string(1, '').varint(2, OPSET))
    .message(8, (w) => w.string(1, MICROSOFT).varint(2, 1))
    .finish();
}

function writeGraph(w: ProtoWriter, graph: Graph, { outputName: named, writeValues }: Spelling): void {
  for (const node of graph.nodes) w.message(1, (n) => writeNode(n, node));
  w.string(2, graph.name);
  for (const constant of graph.constants) w.message(5, (t) => writeConstant(t, constant, writeValues));
  for (const input of graph.inputs) w.message(11, (v) => writeInput(v, input));
  // an output is an Identity away from the value it shows, so that one value may be shown twice and inputs may be shown
  for (const { name, value } of graph.outputs)
    w.message(1, (n) => n.string(1, value.name).string(2, named(name)).string(4, 'Identity'));
  for (const { name, value } of graph.outputs)
    w.message(12, (v) => {
      v.string(1, named(name)).message(2, (t) => t.message(1, (e) => e.varint(1, DTYPE_CODES[value.dtype])));
    });
}

/** Outputs live in a name space of their own. */
export function outputName(name: string): string {
  return `out:${name}`;
}

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

function writeConstant(w: ProtoWriter, constant: Value, writeValues: Spelling['writeValues']): void {
  if (!constant.data) throw new Error(`constant ${constant.name} has no data`);
  for (const dim of constant.shape) w.varint(1, Number(dim));
  const { buffer, byteOffset, byteLength } = constant.data;
  w.varint(2, DTYPE_CODES[constant.dtype]).string(8, constant.name);
  writeValues(w, constant, new Uint8Array(buffer, byteOffset, byteLength));
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
