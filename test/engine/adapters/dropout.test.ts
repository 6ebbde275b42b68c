/** Dropout before an adapter's pair: the mask against one worked out by hand, its share and independence, and gradients through it. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { declareDropout, dropoutFeeds } from '../../../src/main/engine/adapters/dropout.ts';
import { withFreshAdapter } from '../../../src/main/engine/adapters/lora.ts';
import { readLoraConfig } from '../../../src/main/engine/adapters/lora-config.ts';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { initLanguageModel } from '../../../src/main/engine/models/language-model.ts';

import { float32, int32, Session } from '../../../src/main/engine/runtime/session.ts';
import { TINY_LLAMA } from '../../fixtures/tiny-llama.ts';

const [B, T] = [16, 32];
const ROWS = B * T;

function setting(share: number) {
  const config = readLoraConfig({ peft_type: 'LORA', r: 2, lora_dropout: share, target_modules: ['q_proj'] });
  const { adapter } = withFreshAdapter(initLanguageModel(TINY_LLAMA, 3), config, 1);
  const pair = adapter && [...adapter.pairs.values()][0];
  if (!adapter || !pair) throw new Error('the model has no q_proj');
  return { adapter, pair, width: pair.module.into };
}

/** x [rows, in] of ones through an identity, so that the product is the mask itself, and the gradient of Σ w · y by x. */
async function masked(share: number, key: string | null, picked?: number[]) {
  const { adapter, pair, width } = setting(share);
  const g = new GraphBuilder();
  const ids = g.input('ids', 'int32', ['B', 'T']);
  const rows = g.input('rows', 'int32', ['M']);
  const x = g.input('x', 'float32', picked ? ['M', width] : ['B*T', width]);
  const a = g.input('a', 'float32', [width, width]);
  const w = g.input('w', 'float32', picked ? ['M', width] : ['B*T', width]);
  const y = declareDropout(g, ids.shape, rows)(pair)(x, a);
  g.output('y', y);
  const loss = g.reduceSum(g.mul(w, y));
  g.output('dx', gradients(g, loss, [x])[0]);
  const session = await Session.create(g.build(), { threads: 1 });
  const count = picked?.length ?? ROWS;
  const random = createRandom(5);
  const weights = Float32Array.from({ length: count * width }, () => random.normal());
  const identity = new Float32Array(width * width);
  for (let i = 0; i < width; i++) identity[i * width + i] = 1;
  const found = await session.run({
    ids: int32([B, T], new Int32Array(ROWS)),
    rows: int32([picked?.length ?? 1], Int32Array.from(picked ?? [0])),
    x: float32([count, width], new Float32Array(count * width).fill(1)),
    a: float32([width, width], identity),
    w: float32([count, width], weights),
    ...dropoutFeeds(adapter, { shape: [B, T] }, key),
  });
  await session.close();
  return { y: found.y.data as Float32Array, dx: found.dx.data as Float32Array, weights, width, adapter, pair };
}

describe('the mask', () => {
  it('keeps where row · column mod 2³² is at the threshold or above, and scales by 1/(1 − p)', async () => {
    const { y, width, adapter, pair } = await masked(0.3, 'a');
    const feeds = dropoutFeeds(adapter, { shape: [B, T] }, 'a');
    const rows = feeds.dropout_rows.data as Int32Array;
    const columns = feeds[`dropout_columns:${pair.a}`].data as Int32Array;
    const threshold = Math.round(0.3 * 2 ** 32) - 2 ** 31;
    for (let i = 0; i < ROWS; i++)
      for (let j = 0; j < width; j++)
        expect(y[i * width + j]).toBeCloseTo(Math.imul(rows[i], columns[j]) >= threshold ? 1 / 0.7 : 0, 6);
  });

  it('drops the share that was asked for; rows and columns agree no more often than by chance', async () => {
    const p = 0.25;
    const size = 0.75;
    let kept = 0;
    let total = 0;
    const agreement = { rows: 0, columns: 0, pairs: 0 };
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const { y, width } = await masked(p, key);
      const on = (i: number, j: number) => Number(y[i * width + j] > 0);
      for (let i = 0; i < ROWS; i++)
        for (let j = 0; j < width; j++) {
          kept += on(i, j);
          total++;
          agreement.rows += Number(on(i, j) === on((i + 1) % ROWS, j));
          agreement.columns += Number(on(i, j) === on(i, (j + 1) % width));
          agreement.pairs++;
        }
    }
    const chance = size ** 2 + p ** 2;
    const within = (share: number, expected: number) =>
      expect(Math.abs(share - expected)).toBeLessThan(6 * Math.sqrt((expected * (1 - expected)) / total) + 0.005);
    within(kept / total, size);
    within(agreement.rows / agreement.pairs, chance);
    within(agreement.columns / agreement.pairs, chance);
  });

  it('is the same for the same key, another for another, and none for held-out rows', async () => {
    const first = await masked(0.5, 'step 3');
    expect((await masked(0.5, 'step 3')).y).toEqual(first.y);
    expect((await masked(0.5, 'step 4')).y).not.toEqual(first.y);
    expect((await masked(0.5, null)).y.every((v) => v === 1)).toBe(true);
  });

  it('of picked rows is theirs', async () => {
    const whole = await masked(0.4, 'k');
    const picked = [3, 200, 511, 3];
    const { y, width } = await masked(0.4, 'k', picked);
    picked.forEach((row, i) => {
      expect(y.slice(i * width, (i + 1) * width)).toEqual(whole.y.slice(row * width, (row + 1) * width));
    });
  });

  it('is what the gradient goes through', async () => {
    const { y, dx, weights } = await masked(0.3, 'g');
    dx.forEach((d, i) => {
      expect(d).toBeCloseTo(weights[i] * y[i], 5);
    });
  });
});

it('a share of nearly everything keeps nothing, and none feeds nothing', async () => {
  const { y } = await masked(1 - 1e-10, 'n');
  expect(y.every((v) => v === 0)).toBe(true);
  expect(dropoutFeeds(setting(0).adapter, { shape: [1, 1] }, 'x')).toEqual({});
});
