/** `plumb generate --weight-bits`, the built program: texts from codes, and what the codes change, told and kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { QuantisedWeights } from '../../src/main/commands/weight-bits.ts';
import { document, plumb } from './plumb.ts';

const home = mkdtempSync(join(tmpdir(), 'plumb-bits-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const MODEL = ['generate', '--home', home, '--model', 'helpful-reference', '--prompt', 'Can you help me?'] as const;
const WORDS = [...MODEL, '--greedy', '--ignore-eos', '--max-new-tokens', '12'] as const;
interface Found {
  readonly results: readonly { readonly ids: readonly number[]; readonly logps: readonly number[] }[];
  readonly weights?: QuantisedWeights;
}

it('generates nearly as before with 8 bits, and tells and keeps what they change', async () => {
  const before = await document<Found>(...WORDS);
  expect(before).not.toHaveProperty('weights');
  const { results, weights } = await document<Found>(...WORDS, '--weight-bits', '8');
  expect(results[0].ids).toHaveLength(12);
  expect(Math.abs(results[0].logps[0] - before.results[0].logps[0])).toBeLessThan(0.2);
  expect(weights).toMatchObject({ bits: 8, block_size: 32, zero: 'asymmetric', change: { texts: 6 } });
  const { change, bytes = Number.NaN, float32_bytes = 0 } = weights ?? {};
  expect(bytes).toBeLessThan(0.35 * float32_bytes);
  expect(change?.mean_abs_logp_change).toBeGreaterThan(0);
  expect(change?.largest_abs_logp_change).toBeGreaterThan(change?.mean_abs_logp_change ?? Number.NaN);
  expect(change?.mean_kl).toBeLessThan(0.05);
  const { weights: four } = await document<Found>(...WORDS, '--weight-bits', '4');
  expect(four?.change?.mean_kl).toBeGreaterThan(change?.mean_kl ?? Number.NaN);
  const told = await plumb(...WORDS, '--weight-bits', '8');
  expect(told.error).toMatch(
    /matrices as 8-bit codes: .*\n.*against float32, over \d+ tokens of 6 texts: \|Δ ln p\| [\d.e-]+ a token/,
  );
});

it('leaves the measurement out when told so, and refuses other widths', async () => {
  const { weights } = await document<Found>(...WORDS, '--weight-bits', '4', '--no-weight-check');
  expect(weights).toMatchObject({ bits: 4, change: null });
  const { code, error } = await plumb(...WORDS, '--weight-bits', '5');
  expect([code, error]).toEqual([2, expect.stringContaining('--weight-bits takes 8 or 4, found 5')]);
});
