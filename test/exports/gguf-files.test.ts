/** What GGUF files say of every family: metadata, names, shapes and values as gguf-py reads them in files that llama.cpp computes the same numbers from. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readGgufHeader, readGgufTensor } from '../../src/main/data/checkpoints/gguf/header.ts';
import { createScorer } from '../../src/main/evaluate/scoring.ts';
import { exportModel } from '../../src/main/exports/export-model.ts';
import { exportFormats } from '../../src/main/exports/index.ts';
import { CONFIGS, modelTokenizer, tinySource } from './tiny-models.ts';

interface Golden {
  readonly ids: readonly (readonly number[])[];
  readonly models: Readonly<
    Record<
      string,
      {
        readonly metadata: Readonly<Record<string, unknown>>;
        /** Shape, rows first; type; sum of the values, and their product with cos 0, cos 1, … */
        readonly tensors: Readonly<Record<string, readonly [readonly number[], string, number, number]>>;
        /** llama.cpp's ln p of each next token. */
        readonly logps: readonly (readonly number[])[];
      }
    >
  >;
}

const golden = JSON.parse(readFileSync(new URL('../golden/gguf/written.json', import.meta.url), 'utf8')) as Golden;
const folder = mkdtempSync(join(tmpdir(), 'plumb-gguf-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** llama.cpp's GELU is the tanh form from a table of float16 values. */
const toleranceOf = (name: string): number => (/^(gemma|gpt)/.test(name) ? 4e-3 : 1e-4);

it('every family is among them', () => {
  expect(Object.keys(golden.models)).toEqual(Object.keys(CONFIGS));
});

describe.each(Object.entries(CONFIGS))('%s', (name, config) => {
  const { model, source } = tinySource(config);
  const { metadata, tensors, logps } = golden.models[name];

  it('metadata, names, shapes and values', async () => {
    const out = join(folder, name);
    const format = exportFormats.get('gguf');
    const rest = { run: null, base: null, basePath: null };
    await exportModel({ ...source, tokenizer: modelTokenizer(config) }, { format, type: 'f32', out, ...rest });
    const header = readGgufHeader(join(out, readdirSync(out).find((file) => file.endsWith('.gguf')) ?? ''));
    const own = [...header.metadata].filter(([key]) => !/^(tokenizer\.|general\.(name|license))/.test(key));
    expect(own.map(([key]) => key).sort()).toEqual(Object.keys(metadata).sort());
    for (const [key, value] of own)
      if (typeof value === 'number')
        expect(Number(value.toPrecision(6)), key).toBe(Number((metadata[key] as number).toPrecision(6)));
      else expect(value, key).toEqual(metadata[key]);
    expect([...header.tensors.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const tensor of header.tensors.values()) {
      const [shape, type, sum, turned] = tensors[tensor.name];
      expect([tensor.shape, tensor.type.id], tensor.name).toEqual([shape, type]);
      const values = readGgufTensor(tensor);
      expect(
        values.reduce((all, x) => all + x, 0),
        tensor.name,
      ).toBeCloseTo(sum, 2);
      expect(
        values.reduce((all, x, i) => all + x * Math.cos(i), 0),
        tensor.name,
      ).toBeCloseTo(turned, 2);
    }
  });

  it("llama.cpp's numbers", async () => {
    const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 16, threads: 1 });
    const found = await scorer.score(golden.ids);
    await scorer.close();
    logps.forEach((row, i) => {
      row.forEach((logp, t) => {
        expect(Math.abs(found[i][t] - logp), `row ${i}, token ${t}`).toBeLessThan(toleranceOf(name));
      });
    });
  });
});
