/** llama2.c's weights: tensors under Hugging Face names, rotary rows where transformers expects them, broken files refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/main/data/checkpoints/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

// two heads of four values, one key-value head
const [DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT] = [8, 12, 2, 2, 1, 5, 6];
const KV = (DIM / HEADS) * KV_HEADS;
const TABLES = 2 * CONTEXT * (DIM / HEADS / 2);
const COUNT = VOCABULARY * DIM + LAYERS * (2 * DIM + 2 * DIM * DIM + 2 * KV * DIM + 3 * DIM * HIDDEN) + DIM + TABLES;

/** Value k of the file is k, so that every tensor tells where it came from. */
function fileOf(header: number[], count: number): string {
  const path = join(folder, `${header.join('-')}-${count}.bin`);
  writeFileSync(
    path,
    Buffer.concat([
      Buffer.from(Int32Array.from(header).buffer),
      Buffer.from(Float32Array.from({ length: count }, (_, k) => k).buffer),
    ]),
  );
  return path;
}
const header = (changes: Record<number, number> = {}): number[] =>
  [DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT].map((value, i) => changes[i] ?? value);

describe('a llama2.c file', () => {
  const model = openCheckpoint(fileOf(header(), COUNT), { tokenizer: 'tok.bin' });
  /** Row of the file that each row of the query projection came from. */
  const sourceRows = (): number[] => {
    const q = model.tensors.float32('model.layers.0.self_attn.q_proj.weight');
    return Array.from({ length: DIM }, (_, row) => (q[row * DIM] - VOCABULARY * DIM - LAYERS * DIM) / DIM);
  };
  const first = (name: string): number => model.tensors.float32(name)[0];

  it('gives tensors in file order under Hugging Face names', () => {
    const q = VOCABULARY * DIM + LAYERS * DIM;
    const k = q + LAYERS * DIM * DIM;
    const v = k + LAYERS * KV * DIM;
    const o = v + LAYERS * KV * DIM;
    const norm = o + LAYERS * DIM * DIM;
    const gate = norm + LAYERS * DIM;
    expect({
      embed: first('model.embed_tokens.weight'),
      norm1: first('model.layers.1.input_layernorm.weight'),
      q1: first('model.layers.1.self_attn.q_proj.weight'),
      v1: first('model.layers.1.self_attn.v_proj.weight'),
      o0: first('model.layers.0.self_attn.o_proj.weight'),
      norm2: first('model.layers.0.post_attention_layernorm.weight'),
      gate1: first('model.layers.1.mlp.gate_proj.weight'),
      down0: first('model.layers.0.mlp.down_proj.weight'),
      up0: first('model.layers.0.mlp.up_proj.weight'),
      final: first('model.norm.weight'),
    }).toEqual({
      embed: 0,
      norm1: VOCABULARY * DIM + DIM,
      q1: q + DIM * DIM,
      v1: v + KV * DIM,
      o0: o,
      norm2: norm,
      gate1: gate + HIDDEN * DIM,
      down0: gate + LAYERS * HIDDEN * DIM,
      up0: gate + 2 * LAYERS * HIDDEN * DIM,
      final: gate + 3 * LAYERS * HIDDEN * DIM,
    });
    expect(model.tensors.shape('model.layers.0.mlp.down_proj.weight')).toEqual([DIM, HIDDEN]);
    expect(model.tensors.shape('model.layers.0.self_attn.k_proj.weight')).toEqual([KV, DIM]);
    expect([model.config.tie_word_embeddings, model.tokenizerPath]).toEqual([true, 'tok.bin']);
  });

  it('moves rotary pairs from neighbours (2i, 2i + 1) to halves (i, i + d/2), per head', () => {
    expect(sourceRows()).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
  });

  it('rotates to the same attention scores as run.c does with neighbouring pairs', () => {
    const half = DIM / HEADS / 2;
    const x = Array.from({ length: 2 * half }, (_, i) => Math.sin(i + 1));
    const y = Array.from({ length: 2 * half }, (_, i) => Math.cos(2 * i + 1));
    const angle = (i: number, position: number) => position * 10_000 ** (-i / half);
    const turn = (v: number[], a: number, b: number, w: number) => [
      v[a] * Math.cos(w) - v[b] * Math.sin(w),
      v[a] * Math.sin(w) + v[b] * Math.cos(w),
    ];
    const neighbours = (v: number[], p: number) =>
      Array.from({ length: half }, (_, i) => turn(v, 2 * i, 2 * i + 1, angle(i, p))).flat();
    const halves = (v: number[], p: number) =>
      Array.from({ length: half }, (_, i) => turn(v, i, i + half, angle(i, p))).flat();
    const order = sourceRows().slice(0, 2 * half);
    const moved = (v: number[]) => order.map((row) => v[row]);
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    expect(dot(halves(moved(x), 3), halves(moved(y), 5))).toBeCloseTo(dot(neighbours(x, 3), neighbours(y, 5)), 12);
  });

  it('has a head of its own when the vocabulary is negative', () => {
    const untied = openCheckpoint(fileOf(header({ 5: -VOCABULARY }), COUNT + VOCABULARY * DIM));
    expect(untied.tensors.float32('lm_head.weight')[0]).toBe(COUNT);
    expect(untied.config.tie_word_embeddings).toBe(false);
  });

  it.each([
    ['a value too few', header(), COUNT - 1, /its header asks for \d+ bytes, the file has \d+/],
    ['a value too many', header(), COUNT + 1, /its header asks for/],
    ['no layers', header({ 2: 0 }), COUNT, /layers is 0, expected 1 to/],
    ['a giant width', header({ 0: 2 ** 30 }), COUNT, /hidden is 1073741824, expected 1 to/],
    ['too many layers', header({ 2: 5000 }), COUNT, /5000 layers, at most 1024/],
    ['heads that do not divide the width', header({ 3: 3 }), COUNT, /do not fit/],
    ['heads of odd size', header({ 3: 8, 4: 8 }), COUNT, /do not fit/],
  ])('with %s is refused', (_name, head, count, message) => {
    expect(() => openCheckpoint(fileOf(head, count))).toThrow(message);
  });
});
