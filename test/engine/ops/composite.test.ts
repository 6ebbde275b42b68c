/** Groups of operators wired by hand, forward and gradient, against PyTorch (test/golden/ops/composite_*.json). */
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { float, type Value } from '../../../src/main/engine/graph/value.ts';
import { Session } from '../../../src/main/engine/runtime/session.ts';
import { expectNear, type GoldenCase, goldenFiles, inputsOf, readGolden, weightsOf } from './golden-cases.ts';

/** Inputs by name → outputs in the order of the file. */
type Wiring = (g: GraphBuilder, x: Readonly<Record<string, Value>>, params: GoldenCase['params']) => Value[];

const number = (params: GoldenCase['params'], key: string): number => Number(params[key]);
const axisOf = (params: GoldenCase['params']) => ({ axis: number(params, 'axis') });

/** softmax(c·tanh(q kᵀ·scale / c) + mask) v, query head h with key head ⌊h / groups⌋. */
const attention: Wiring = (g, { q, k, v, keep }, params) => {
  const [batch, heads, length, size] = q.shape as number[];
  const groups = number(params, 'groups');
  const spread = (x: Value) =>
    g.reshape(g.expand(g.unsqueeze(x, [2]), [batch, heads / groups, groups, length, size]), [
      batch,
      heads,
      length,
      size,
    ]);
  let scores = g.mul(number(params, 'scale'), g.matmul(q, g.transpose(spread(k), [0, 1, 3, 2])));
  if (params.softcap !== undefined) {
    const cap = number(params, 'softcap');
    scores = g.mul(cap, g.tanh(g.div(scores, cap)));
  }
  const mask = g.unsqueeze(g.mul(-1e9, g.sub(1, g.indicator(keep))), [1]);
  return [g.matmul(g.softmax(g.add(scores, mask)), spread(v))];
};

/** Per row; 0 where the label is ignored. */
function tokenLosses(g: GraphBuilder, logits: Value, labels: Value, ignored: number) {
  const kept = g.indicator(g.not(g.equal(labels, g.scalar(ignored, 'int64'))));
  const column = g.unsqueeze(g.op('Max', [labels, g.scalar(0, 'int64')]), [1]);
  const logp = g.squeeze(g.gatherElements(g.logSoftmax(logits), column, 1), [1]);
  return { losses: g.neg(g.mul(kept, logp)), count: g.reduceSum(kept) };
}

const crossEntropy: Wiring = (g, { logits, labels }, params) => {
  const { losses, count } = tokenLosses(g, logits, labels, number(params, 'ignore_index'));
  if (params.reduction === 'none') return [losses];
  return [params.reduction === 'sum' ? g.reduceSum(losses) : g.div(g.reduceSum(losses), count)];
};

const swiglu: Wiring = (g, { x, gate, up, down, norm }, params) => {
  const n = g.op('RMSNormalization', [x, norm], { axis: -1, epsilon: float(number(params, 'epsilon')) });
  const a = g.matmul(n, gate);
  return [g.add(x, g.matmul(g.mul(g.mul(a, g.sigmoid(a)), g.matmul(n, up)), down))];
};

/** The embedding is used twice: its gradients add up. */
const tiedHead: Wiring = (g, { embedding, w, ids, labels }, params) => {
  const logits = g.matmul(g.tanh(g.matmul(g.gather(embedding, ids), w)), g.transpose(embedding, [1, 0]));
  const [rows, length, vocabulary] = logits.shape as number[];
  const flat = { logits: g.reshape(logits, [rows * length, vocabulary]), labels: g.reshape(labels, [rows * length]) };
  const { losses, count } = tokenLosses(g, flat.logits, flat.labels, number(params, 'ignore_index'));
  return [logits, g.div(g.reduceSum(losses), count)];
};

const special: Readonly<Record<string, Wiring>> = {
  same_tensor_twice: (g, { x0 }, params) => [g.concat([x0, x0], axisOf(params).axis)],
  one_output_unused: (g, { input, split }, params) => [g.node('Split', [input, split], axisOf(params))[0]],
  masked: (g, { X }, params) => [g.slice(g.logSoftmax(X, axisOf(params).axis), 1, 2, 3)],
};

const WIRINGS: Readonly<Record<string, (name: string) => Wiring | undefined>> = {
  composite_attention: () => attention,
  composite_cross_entropy: () => crossEntropy,
  composite_swiglu: () => swiglu,
  composite_swish:
    () =>
    (g, { X }) => [g.mul(X, g.sigmoid(X))],
  composite_tied_head: () => tiedHead,
  composite_special: (name) => special[name],
};

async function run(c: GoldenCase, wiring: Wiring) {
  const g = new GraphBuilder(c.name);
  const inputs = inputsOf(c);
  const values = Object.fromEntries(
    inputs.flatMap(({ name, tensor, constant }) => {
      if (!tensor) return [];
      const vector = constant && name === 'split';
      return [
        [
          name,
          vector
            ? g.constant(name, tensor.dtype, tensor.shape, tensor.data)
            : g.input(name, tensor.dtype, tensor.shape),
        ],
      ];
    }),
  );
  const outputs = wiring(g, values, c.params);
  const terms = outputs.flatMap((output, i) => {
    const weight = weightsOf(c)[i];
    return weight ? [g.reduceSum(g.mul(output, g.constant(`w${i}`, 'float32', weight.shape, weight.data)))] : [];
  });
  const names = Object.keys(c.expected.grads ?? {});
  const loss = terms.reduce((a, b) => g.add(a, b));
  gradients(
    g,
    loss,
    names.map((name) => values[name]),
  ).forEach((d, i) => {
    g.output(`d:${names[i]}`, d);
  });
  outputs.forEach((output, i) => {
    g.output(`y${i}`, output);
  });
  const session = await Session.create(g.build(), { threads: 1 });
  try {
    return await session.run(Object.fromEntries(inputs.flatMap((i) => (i.tensor ? [[i.name, i.tensor]] : []))));
  } finally {
    await session.close();
  }
}

describe.each(goldenFiles(true))('%s', (file) => {
  const { op, cases } = readGolden(file);
  it.each(cases.map((c) => [c.name, c] as const))('%s', async (name, c) => {
    const wiring = WIRINGS[op]?.(name);
    if (!wiring) throw new Error(`${op}/${name} has no wiring here`);
    const found = await run(c, wiring);
    const large = /large|extreme/.test(name);
    c.expected.outputs.forEach((e, i) => {
      expectNear(found[`y${i}`], e, large ? 1e-4 : 1e-5, 1e-5, `output ${i}`);
    });
    for (const [input, e] of Object.entries(c.expected.grads ?? {}))
      expectNear(found[`d:${input}`], e, 1e-5, 1e-4, `gradient of ${input}`);
    expect(Object.keys(c.expected.grads ?? {}).length).toBeGreaterThan(0);
  });
});
