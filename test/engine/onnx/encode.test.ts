/** The .onnx bytes we write, read back by another ONNX library (onnx-buf) and checked for what ONNX's own checker asks. */
import { fromBinary } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType, type GraphProto, ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { float, type Graph } from '../../../src/main/engine/graph/value.ts';
import { initLanguageModel } from '../../../src/main/engine/models/language-model.ts';
import { encodeModel, OPSET, outputName } from '../../../src/main/engine/onnx/encode.ts';
import { buildStepGraph } from '../../../src/main/train/step-graph.ts';
import { TINY_LLAMA } from '../../fixtures/tiny-llama.ts';

function decode(graph: Graph): { ir: bigint; opsets: Map<string, bigint>; proto: GraphProto } {
  const model = fromBinary(ModelProtoSchema, encodeModel(graph));
  if (!model.graph) throw new Error('the model has no graph');
  return {
    ir: model.irVersion,
    opsets: new Map(model.opsetImport.map((o) => [o.domain, o.version])),
    proto: model.graph,
  };
}

/** ONNX's rules for a graph: every name is written once and before it is read, in order; domains are imported; nothing is left over. */
function check(graph: Graph): GraphProto {
  const { ir, opsets, proto } = decode(graph);
  expect(Number(ir)).toBeLessThanOrEqual(13);
  const known = new Set<string>();
  const write = (name: string) => {
    expect(known.has(name), `${name} is written twice`).toBe(false);
    known.add(name);
  };
  for (const input of proto.input) write(input.name);
  for (const constant of proto.initializer) {
    write(constant.name);
    const elements = constant.dims.reduce((product, d) => product * Number(d), 1);
    const bytes = constant.dataType === 7 ? 8 : constant.dataType === 9 ? 1 : 4;
    expect(constant.rawData.length, `bytes of ${constant.name}`).toBe(elements * bytes);
  }
  for (const node of proto.node) {
    expect(opsets.has(node.domain), `the domain "${node.domain}" of ${node.opType} is imported`).toBe(true);
    for (const name of node.input)
      if (name !== '') expect(known.has(name), `${node.opType} reads ${name} before it is written`).toBe(true);
    for (const name of node.output) write(name);
    expect(node.attribute.filter((a) => a.name.startsWith('_'))).toEqual([]);
  }
  for (const output of proto.output) expect(known.has(output.name), `output ${output.name}`).toBe(true);
  return proto;
}

describe('encodeModel', () => {
  const g = new GraphBuilder('small');
  const x = g.input('x', 'float32', ['B', 4]);
  const ids = g.input('ids', 'int32', [2]);
  const table = g.constant('table', 'float32', [2, 4], Float32Array.of(1, 2, 3, 4, 5, 6, 7, Number.NaN));
  const scale = g.constant('scale', 'float32', [4], new Float32Array(4).fill(1));
  const normal = g.op('RMSNormalization', [x, scale], { axis: -1, epsilon: float(1e-5) });
  g.output('y', g.op('Clip', [normal, null, g.scalar(2)]));
  g.output('rows', g.gather(table, ids));
  g.output('again', x);
  g.output('same', x);
  const proto = check(g.build());

  it('names its versions', () => {
    const { opsets } = decode(g.build());
    expect([...opsets]).toEqual([
      ['', BigInt(OPSET)],
      ['com.microsoft', 1n],
    ]);
  });
  it('writes inputs with sizes and symbols', () => {
    const shapes = proto.input.map(({ name, type }) => {
      if (type?.value.case !== 'tensorType') throw new Error('no tensor type');
      return [name, type.value.value.elemType, type.value.value.shape?.dim.map((d) => d.value.value)];
    });
    expect(shapes).toEqual([
      ['x', 1, ['B', 4n]],
      ['ids', 6, [2n]],
    ]);
  });
  it('writes attributes with their kinds', () => {
    const node = proto.node.find((n) => n.opType === 'RMSNormalization');
    expect(node?.attribute.map((a) => [a.name, a.type, a.i, a.f])).toEqual([
      ['axis', AttributeProto_AttributeType.INT, -1n, 0],
      ['epsilon', AttributeProto_AttributeType.FLOAT, 0n, Math.fround(1e-5)],
    ]);
  });
  it('leaves an optional input in the middle empty', () => {
    expect(proto.node.find((n) => n.opType === 'Clip')?.input.map((name) => name === '')).toEqual([false, true, false]);
  });
  it('writes constants byte for byte, NaN included', () => {
    const found = proto.initializer.find((c) => c.name === 'table');
    expect(found?.dims).toEqual([2n, 4n]);
    const raw = found?.rawData.slice() ?? new Uint8Array();
    expect(new Float32Array(raw.buffer)).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6, 7, Number.NaN));
  });
  it('may show one value under several names, and an input', () => {
    expect(proto.output.map((o) => o.name)).toEqual(['y', 'rows', 'again', 'same'].map(outputName));
  });
});

it('a whole training graph of a llama passes the same check', () => {
  const model = initLanguageModel(TINY_LLAMA, 3);
  const graph = buildStepGraph(model, 8, (g, { logp }) => g.neg(g.reduceMean(logp)));
  const proto = check(graph);
  expect(proto.output).toHaveLength(graph.outputs.length);
  expect(graph.outputs.filter(({ name }) => name.startsWith('d:'))).toHaveLength(model.specs.length);
});
