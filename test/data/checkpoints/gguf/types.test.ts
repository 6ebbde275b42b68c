/** Every type of tensor data, bit for bit against gguf-py (test/golden/gguf/quant.json), and written back as gguf-py writes it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tensorTypes } from '../../../../src/main/data/checkpoints/gguf/types/index.ts';

interface Case {
  readonly type: string;
  readonly ggml_type: number;
  readonly values_per_block: number;
  readonly bytes_per_block: number;
  readonly bytes: string;
  readonly values: string;
  readonly source?: string;
}

const cases = (
  JSON.parse(readFileSync(new URL('../../../golden/gguf/quant.json', import.meta.url), 'utf8')) as { types: Case[] }
).types.filter(({ type }) => tensorTypes.has(type));

/** An array of its own, as files are read into. */
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
const bitsOf = (values: Float32Array): number[] => [...new Uint32Array(values.buffer)];

it('the golden has a case for every type', () => {
  expect(cases.map(({ type }) => type).sort()).toEqual(tensorTypes.all.map(({ id }) => id).sort());
});

it.each(cases)('$type: the bytes mean what ggml takes them for', (golden) => {
  const type = tensorTypes.get(golden.type);
  expect([type.number, type.valuesPerBlock, type.bytesPerBlock]).toEqual([
    golden.ggml_type,
    golden.values_per_block,
    golden.bytes_per_block,
  ]);
  const expected = new Float32Array(bytesOf(golden.values).buffer);
  const found = new Float32Array(expected.length);
  type.decode(bytesOf(golden.bytes), found);
  expect(bitsOf(found)).toEqual(bitsOf(expected));
});

const written = cases.filter(({ type, source }) => source && tensorTypes.get(type).encode);

it.each(written)('$type: values are written as gguf-py writes them', (golden) => {
  const source = new Float32Array(bytesOf(golden.source ?? '').buffer);
  expect([...(tensorTypes.get(golden.type).encode?.(source) ?? [])]).toEqual([...bytesOf(golden.bytes)]);
});

it('models are written in four types', () => {
  expect(written.map(({ type }) => type)).toEqual(['F32', 'F16', 'BF16', 'Q8_0']);
});
