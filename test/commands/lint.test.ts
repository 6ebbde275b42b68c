/** `plumb lint`, the built program: the tokens of pairs as they are trained on, counts of faults, and refusals. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { document, failure, plumb } from './plumb.ts';

const model = fileURLToPath(new URL('../golden/models/llama', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'plumb-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pairs = join(folder, 'pairs.jsonl');
const rows = [
  { prompt: 'Name a fruit:', chosen: ' An apple.', rejected: ' A stone.' },
  { prompt: 'Name a fruit:', chosen: ' A pear.', rejected: ' A pear.' },
  { prompt: 'th', chosen: 'e end', rejected: 'at' },
];
writeFileSync(pairs, rows.map((row) => JSON.stringify(row)).join('\n'));
const words = ['lint', '--model', model, '--pairs', pairs, '--home', join(folder, 'home')];

it('gives tokens and counts as a document', async () => {
  const found = await document<{
    pairs: number;
    clean: number;
    rules: Record<string, { pairs: number; first: number }>;
    results: { tokens: { chosen: { id: number; scored: boolean }[] } }[];
  }>(...words, '--rows', '1');
  expect(found).toMatchObject({ pairs: 3, clean: 1, dropped: 0 });
  expect(found.rules).toMatchObject({
    identical_answers: { pairs: 1, first: 2 },
    prompt_not_shared: { pairs: 1, first: 3 },
  });
  expect(found.results.length).toBe(1);
  const [{ tokens }] = found.results;
  expect(tokens.chosen.some((t) => t.scored)).toBe(true);
  expect(tokens.chosen[0].scored).toBe(false);
});

it('shows people the scored tokens in brackets, and what is cut', async () => {
  const { code, out } = await plumb(...words, '--rows', '1', '--max-length', '12');
  expect(code).toBe(0);
  expect(out).toMatch(/^pair 1\n {2}chosen {3}\S/);
  expect(out).toContain('! truncated');
  expect(out).toMatch(/\d of 3 pairs without a finding/);
});

it('refuses a call without a tokenizer, and a truncation that is none', async () => {
  expect(await failure(2, 'lint', '--pairs', pairs)).toMatchObject({ message: expect.stringContaining('--tokenizer') });
  expect(await failure(2, ...words, '--truncation', 'middle')).toMatchObject({
    message: expect.stringContaining('keep_start or keep_end'),
  });
});
