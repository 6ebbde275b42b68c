/** Gradient checkpointing: the same bits as without, for every family, and what it saves. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { padBatch } from '../../../src/main/data/batches.ts';
import { packRows } from '../../../src/main/data/packed-batch.ts';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { recomputed } from '../../../src/main/engine/autodiff/recompute.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { peakBytes } from '../../../src/main/engine/graph/memory.ts';
import { printGraph } from '../../../src/main/engine/graph/print.ts';
import { type LanguageModel, weightFeeds } from '../../../src/main/engine/models/language-model.ts';
import { scoreRows } from '../../../src/main/engine/models/score-head.ts';
import { Session } from '../../../src/main/engine/runtime/session.ts';
import { loadModel } from '../../../src/main/train/load-model.ts';
import { openPolicy } from '../../../src/main/train/policy.ts';
import {
  batchFeeds,
  buildObjectiveGraph,
  buildStepGraph,
  packedFeeds,
  type StepGraphOptions,
} from '../../../src/main/train/step-graph.ts';

const golden = fileURLToPath(new URL('../../golden/models/', import.meta.url));
const ROWS = [
  { ids: [2, 5, 3, 7, 1, 6], start: 2 },
  { ids: [4, 4, 9], start: 1 },
];
const control = {
  resolvePath: (name: string) => `${golden}${name}`,
  emit: () => undefined,
  breathe: async () => undefined,
  stopRequested: () => false,
  resume: false,
};

function graphOf(model: LanguageModel, options: StepGraphOptions) {
  if (model.head === 'language')
    return buildStepGraph(model, 8, (g, { logp, entropy }) => g.add(g.reduceSum(logp), g.reduceSum(entropy)), options);
  return buildObjectiveGraph(
    model,
    8,
    (g, { hidden, weights }) => g.reduceSum(scoreRows(g, model.config, weights, hidden)),
    options,
  );
}

async function bitsOf(model: LanguageModel, options: StepGraphOptions, backend?: 'native' | 'js') {
  const session = await Session.create(graphOf(model, options), { threads: 1, backend });
  const tokens = options.packed ? packedFeeds(packRows(ROWS, () => undefined)) : batchFeeds(padBatch(ROWS, 0));
  const found = await session.run({ ...weightFeeds(model), ...tokens });
  await session.close();
  return Object.fromEntries(
    Object.entries(found).map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]),
  );
}

describe('every family', () => {
  for (const name of readdirSync(golden).filter((each) => !each.endsWith('.json'))) {
    it(`${name}: gradients of all weights are the same bits`, async () => {
      const { model } = loadModel(`${golden}${name}`, { head: 'any' });
      for (const packed of model.head === 'language' ? [false, true] : [false]) {
        const kept = await bitsOf(model, { packed });
        expect(Object.keys(kept).filter((key) => key.startsWith('d:')).length).toBeGreaterThan(3);
        expect(await bitsOf(model, { packed, recompute: true })).toEqual(kept);
      }
    });
  }
  for (const name of ['llama', 'qwen3', 'gemma2', 'gpt2', 'gpt_neox'])
    it(`${name} with LoRA: the same bits`, async () => {
      const { model } = openPolicy({ model: name, use_peft: true, lora_r: 2, seed: 1 } as never, control);
      for (const data of model.adapter?.weights.values() ?? [])
        data.forEach((x, i) => {
          data[i] = x + ((i * 37) % 11) / 100;
        });
      expect(await bitsOf(model, { packed: true, recompute: true })).toEqual(await bitsOf(model, { packed: true }));
    });
  it('llama through the JavaScript API: the same bits', async () => {
    const { model } = loadModel(`${golden}llama`);
    expect(await bitsOf(model, { recompute: true }, 'js')).toEqual(await bitsOf(model, {}, 'js'));
  });
});

it('makes what is computed again wait for the gradient that flows in, and keeps the input alone', () => {
  const build = (recompute: boolean) => {
    const g = new GraphBuilder('chain');
    let x = g.input('x', 'float32', ['N', 8]);
    const w = g.input('w', 'float32', [8, 8]);
    const layer = (from: typeof x) => g.tanh(g.gemm(g.tanh(g.gemm(from, w)), w));
    const [from] = [x];
    for (let i = 0; i < 2; i++) x = recompute ? recomputed(g, x, layer) : layer(x);
    const loss = g.reduceSum(x);
    g.output('loss', loss);
    g.output('d', gradients(g, loss, [from])[0]);
    return g.build();
  };
  const count = (recompute: boolean, op: string) => build(recompute).nodes.filter((node) => node.op === op).length;
  expect(count(false, 'Tanh')).toBe(4);
  expect(count(true, 'Tanh')).toBe(4 + 4);
  const lines = printGraph(build(true)).split('\n');
  expect(lines.filter((line) => /reshape.* = Reshape\(\w+, shape_/.test(line))).toHaveLength(2);
});

it('keeps less of two layers at once', () => {
  const { model } = loadModel(`${golden}llama`);
  const sizes = new Map(Object.entries({ B: 4, T: 64, N: 256, M: 64 }));
  const [kept, recomputing] = [{ packed: true }, { packed: true, recompute: true }].map((options) =>
    peakBytes(graphOf(model, options), sizes),
  );
  expect(model.config.layers).toBe(2);
  expect(recomputing).toBeLessThan(0.75 * kept);
});
