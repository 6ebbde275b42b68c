/** Quantised matrices: their codes against the definition, the runtime's product against the same weights in float32, whole models against dequantised ones. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { linearModules } from '../../../src/main/engine/adapters/target-modules.ts';
import { Decoder } from '../../../src/main/engine/generation/decoder.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import type { LanguageModel } from '../../../src/main/engine/models/language-model.ts';
import { quantiseModel } from '../../../src/main/engine/models/quantise-model.ts';
import {
  dequantised,
  type QuantisedForm,
  quantisedConstants,
  quantisedProduct,
  quantiseMatrix,
} from '../../../src/main/engine/models/quantised.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';
import { predict, quantisationReport } from '../../../src/main/evaluate/quantisation-report.ts';
import { createScorer } from '../../../src/main/evaluate/scoring.ts';
import { loadModel } from '../../../src/main/train/load-model.ts';

const golden = fileURLToPath(new URL('../../golden/models/', import.meta.url));
const FORMS: readonly QuantisedForm[] = ([8, 4] as const).flatMap((bits) =>
  (['symmetric', 'asymmetric', 'offset'] as const).map(
    (zero): QuantisedForm => ({ bits, blockSize: 32, zero, compute: 'float32' }),
  ),
);
const nameOf = ({ bits, zero, compute }: QuantisedForm) => `${bits} bits, ${zero}, ${compute}`;
const random = createRandom(3);
const noise = (length: number) => Float32Array.from({ length }, () => random.normal());
const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

describe('codes', () => {
  it.each(FORMS.map((form) => [nameOf(form), form] as const))(
    '%s: no weight is off by more than its block allows',
    (_, form) => {
      const [out, into] = [5, 80]; // the last block is not full
      const data = noise(out * into);
      const matrix = quantiseMatrix(data, { out, into, transposed: false }, form);
      expect(matrix.codes).toHaveLength((out * 3 * 32 * form.bits) / 8);
      const again = dequantised(matrix);
      data.forEach((w, i) => {
        const block = Math.floor((i % into) / 32);
        const scale = Math.abs(matrix.scales[Math.floor(i / into) * 3 + block]);
        expect(Math.abs(w - again[i])).toBeLessThanOrEqual(scale * 1.001);
      });
      const transposed = new Float32Array(data.length);
      data.forEach((w, i) => {
        transposed[(i % into) * out + Math.floor(i / into)] = w;
      });
      expect(quantiseMatrix(transposed, { out, into, transposed: true }, form)).toEqual(matrix);
    },
  );
  it('what fits the codes comes back exactly, blocks of zeros too', () => {
    const data = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? (i % 16) - 8 : 0));
    for (const zero of ['symmetric', 'asymmetric'] as const) {
      const matrix = quantiseMatrix(data, { out: 1, into: 64, transposed: false }, { ...FORMS[0], bits: 4, zero });
      expect(largest(dequantised(matrix), data)).toBe(0);
    }
  });
  it('a grid with an offset of its own comes back as it is, and free weights are nearer to it than to other grids', () => {
    const shape = { out: 6, into: 64, transposed: false };
    const onGrid = Float32Array.from({ length: 384 }, (_, i) => {
      const block = Math.floor(i / 32);
      const code = i % 32 < 2 ? 15 * (i % 2) : Math.floor(16 * random.uniform());
      return Math.fround(0.01 * (block + 1)) * code - 0.0737 * (block + 2);
    });
    const form = { bits: 4, blockSize: 32, zero: 'offset', compute: 'float32' } as const;
    expect(largest(dequantised(quantiseMatrix(onGrid, shape, form)), onGrid)).toBeLessThan(1e-6);
    const free = noise(384);
    const error = (zero: QuantisedForm['zero']) => {
      const again = dequantised(quantiseMatrix(free, shape, { ...form, zero }));
      return free.reduce((sum, w, i) => sum + (w - again[i]) ** 2, 0);
    };
    expect(error('offset')).toBeLessThan(0.95 * error('asymmetric'));
    // a last block that is not full has no offset
    expect(quantiseMatrix(free, { out: 8, into: 48, transposed: false }, form)).toMatchObject({
      form: { zero: 'asymmetric' },
      offsets: null,
    });
  });
});

describe('the runtime multiplies', () => {
  const forms = FORMS.flatMap((form) => [form, { ...form, compute: 'int8' } as const]);
  it.each(forms.map((form) => [nameOf(form), form] as const))(
    '%s: as with the dequantised weights',
    async (_, form) => {
      const [out, into] = [48, 96];
      const data = noise(out * into);
      const matrix = quantiseMatrix(data, { out, into, transposed: false }, form);
      for (const rows of [1, 7]) {
        const g = new GraphBuilder('product');
        const x = g.input('x', 'float32', ['M', into]);
        g.output('codes', quantisedProduct(g, x, quantisedConstants(g, 'w', matrix)));
        g.output('floats', g.gemm(x, g.constant('v', 'float32', [out, into], dequantised(matrix)), { transB: true }));
        const session = await Session.create(g.build(), { threads: 1 });
        const found = await session.run({ x: float32([rows, into], noise(rows * into)) });
        await session.close();
        const [codes, floats] = [found.codes.data as Float32Array, found.floats.data as Float32Array];
        expect(Math.max(...floats.map(Math.abs))).toBeGreaterThan(5);
        // int8 rounds activations, too: 1/254 of the largest of a block, over 96 products
        expect(largest(codes, floats)).toBeLessThan(form.compute === 'float32' ? 2e-4 : 0.5);
      }
    },
  );
});

/** The same model in float32 with the weights that the codes stand for. */
function withDequantised(model: LanguageModel, quantised: LanguageModel): LanguageModel {
  const transposed = new Map(linearModules(model).map((module) => [module.weight, module.transposed]));
  const weights = new Map(model.weights);
  for (const [name, matrix] of quantised.quantised ?? []) {
    const data = dequantised(matrix);
    const { out, into } = matrix;
    weights.set(
      name,
      transposed.get(name) ? Float32Array.from(data, (_, i) => data[(i % out) * into + Math.floor(i / out)]) : data,
    );
  }
  const { architecture, config, specs } = model;
  if (!config.tiedHead) return { ...model, weights };
  // the table is looked up as it was and multiplied with as codes: two matrices
  const table = `${architecture.embeddingName}.weight`;
  const head = `${architecture.headName}.weight`;
  const codes = weights.get(table) ?? new Float32Array();
  const shape = [config.vocabulary, config.hidden];
  return {
    ...model,
    config: { ...config, tiedHead: false },
    specs: [...specs, { name: head, shape, decay: true, init: { std: 0 } }],
    weights: new Map([...weights, [head, codes], [table, model.weights.get(table) ?? new Float32Array()]]),
  };
}

describe('a whole model', () => {
  const form: QuantisedForm = { bits: 8, blockSize: 16, zero: 'asymmetric', compute: 'float32' };
  const SEQUENCES = [
    [2, 5, 3, 7, 1, 6, 9, 4],
    [4, 8, 9],
  ];
  for (const name of ['llama', 'qwen2', 'qwen3', 'mistral', 'gpt_neox', 'gpt2', 'gemma2'])
    it(`${name}: log-probabilities and decoding are those of the dequantised weights`, async () => {
      const loaded = loadModel(`${golden}${name}`).model;
      const quantised = quantiseModel(loaded, form);
      const floats = withDequantised(loaded, quantised);
      const scores = [];
      for (const model of [quantised, floats, loaded]) {
        const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 16, threads: 1 });
        scores.push((await scorer.score(SEQUENCES)).flatMap((row) => [...row]));
        await scorer.close();
      }
      const [found, same, exact] = scores;
      expect(largest(found, same)).toBeLessThan(2e-4);
      // and they are not the weights of before
      expect(largest(found, exact)).toBeGreaterThan(1e-6);
      expect(largest(found, exact)).toBeLessThan(0.2);
      const decoder = await Decoder.create(quantised, { weights: 'frozen', maxPositions: 16, threads: 1 });
      const batch = await decoder.start(SEQUENCES.map((ids) => ids.slice(0, 2)));
      await batch.advance(SEQUENCES.map((ids) => ids[2]));
      const last = await createScorer(quantised, { weights: 'frozen', maxPositions: 16, threads: 1 });
      const expected = await last.lastLogits(SEQUENCES.map((ids) => ids.slice(0, 3)));
      expected.forEach((row, i) => {
        const { vocabulary } = quantised.config;
        expect(largest(batch.logits.subarray(i * vocabulary, (i + 1) * vocabulary), row)).toBeLessThan(1e-3);
      });
      await decoder.close();
      await last.close();
    });

  it('is read from a file matrix by matrix, the same codes, with an adapter beside it', () => {
    const read = loadModel(`${golden}llama`, { quantise: form }).model;
    const whole = quantiseModel(loadModel(`${golden}llama`).model, form);
    expect(read.quantised).toEqual(whole.quantised);
    expect([...read.weights.keys()]).toEqual([...whole.weights.keys()]);
    expect(read.weights.has('model.layers.0.self_attn.q_proj.weight')).toBe(false);
    expect(loadModel(`${golden}llama-lora`, { quantise: form }).model.adapter?.pairs.size).toBeGreaterThan(0);
  });

  it('says what it changes: nothing against itself, less with 8 bits than with 4', async () => {
    const { model } = loadModel(`${golden}llama`);
    const exact = await predict(model, SEQUENCES);
    const none = await quantisationReport(exact, model);
    expect(none).toMatchObject({ texts: 2, tokens: 9, largest_abs_logp_change: 0, largest_kl: 0, same_likeliest: 1 });
    const [eight, four] = await Promise.all(
      ([8, 4] as const).map((bits) => quantisationReport(exact, quantiseModel(model, { ...form, bits }))),
    );
    expect(eight.mean_kl).toBeGreaterThan(0);
    expect(eight.mean_kl).toBeLessThan(four.mean_kl / 10);
    expect(eight.mean_abs_logp_change).toBeLessThan(four.mean_abs_logp_change / 4);
    expect(four.largest_abs_logp_change).toBeGreaterThanOrEqual(four.mean_abs_logp_change);
  });
});
