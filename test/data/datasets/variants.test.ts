/** Real files of every family, and the same rows as others may write them: other column orders, nulls, columns more, line ends, marks, containers. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFile } from '../../../src/main/data/datasets/import.ts';
import { readRecords } from '../../../src/main/data/records.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import { iteratePairs } from '../../../src/main/data/store/pairs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';

const shared = process.env.PLUMB_SHARED ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'plumb-variants-'));
let store: WritableStore;
let names = 0;
beforeAll(() => {
  store = openStore(join(folder, 'plumbline.db'));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

type Rows = Readonly<Record<string, unknown>>[];

/** [file, format, rows, what its description says of it]. */
const FILES: readonly (readonly [string, string, number, object])[] = [
  [
    'preference/ultrafeedback_binarized_train1000.jsonl',
    'ultrafeedback',
    1000,
    { ties: 110, identical: 4, refusedTotal: 6 },
  ],
  ['preference/hh-rlhf_helpful-base_test_2352.jsonl', 'hh', 2352, { pairs: 2339 }],
  ['preference/rasbt_instruction-data-with-preference.json', 'instruction-preference', 1100, { identical: 6 }],
  ['preference/llamafactory_dpo_en_demo.json', 'sharegpt', 300, { pairs: 300 }],
  ['preference/llamafactory_dpo_zh_demo.json', 'sharegpt', 300, { pairs: 300 }],
  ['preference/llamafactory_kto_en_demo.json', 'kto', 300, { unpaired: 300 }],
  ['preference/oasst_en_100_tree.jsonl', 'oasst', 100, { pairs: 754 }],
  ['preference/oasst_en_100_message.jsonl', 'oasst', 100, { pairs: 754 }],
  ['preference/torchtune_hh_rlhf_tiny.json', 'trl-implicit', 1, { pairs: 1 }],
  ['preference/torchtune_stack_exchange_paired_tiny.json', 'stack-exchange', 25, { pairs: 25 }],
  ['preference/truthfulqa/TruthfulQA.csv', 'truthfulqa', 790, { pairs: 790 }],
  ['preference/truthfulqa/mc_task.json', 'multiple-choice', 790, {}],
  ['prompts/mt_bench_question.jsonl', 'mt-bench-questions', 80, { prompts: 80 }],
  ['prompts/self_instruct_user_oriented_252.jsonl', 'self-instruct', 252, {}],
  ['corpora/tinystories_ascii.jsonl', 'text', 909, {}],
];

const present = existsSync(join(shared, 'data/preference'));
const load = (path: string) => importFile(store, path, { name: `set ${names++}` });

async function someRows(path: string, count: number): Promise<Rows> {
  const rows: Rows = [];
  for await (const { value } of readRecords(path)) {
    rows.push(value);
    if (rows.length === count) break;
  }
  return rows;
}

const jsonl = (rows: Rows, end = '\n'): string => rows.map((row) => JSON.stringify(row) + end).join('');
const turned = (rows: Rows): Rows => rows.map((row) => Object.fromEntries(Object.entries(row).reverse()));
/** A column that is null in every row, and one that only some rows have. */
const widened = (rows: Rows): Rows =>
  rows.map((row, i) => ({ zz_nothing: null, ...row, ...(i % 2 === 0 ? { zz_more: { of: [i, 'x'] } } : {}) }));

const VARIANTS: Readonly<Record<string, (rows: Rows) => string | Uint8Array>> = {
  'columns the other way round': (rows) => jsonl(turned(rows)),
  'columns more, with nulls': (rows) => jsonl(widened(rows)),
  'Windows line ends and a byte order mark': (rows) => `\ufeff${jsonl(rows, '\r\n')}`,
  'a list on many lines': (rows) => JSON.stringify(turned(rows), null, 2),
  'a list in one line behind a mark': (rows) => `\ufeff \n${JSON.stringify(rows)}\n`,
  'a document with its rows as "data"': (rows) => JSON.stringify({ version: '1.1', data: rows }, null, 1),
  gzip: (rows) => gzipSync(jsonl(widened(rows))),
  zstandard: (rows) => zstdCompressSync(jsonl(turned(rows))),
};

describe.skipIf(!present)('files that others wrote', () => {
  it.each(FILES)('%s is read as %s, every row accepted or refused with its line', async (name, format, rows, facts) => {
    const report = await load(join(shared, 'data', name));
    expect(report).toMatchObject({ format, rowsRead: rows, ...facts });
    expect(report.rowsAccepted + report.refusedTotal).toBe(rows);
    expect(report.rowsAccepted).toBeGreaterThan(0.9 * rows);
    for (const { line, reason } of report.refused) expect([typeof line, reason.length > 5]).toEqual(['number', true]);
  });

  it.each(FILES)('%s as others may write it', async (name, format) => {
    const rows = await someRows(join(shared, 'data', name), 30);
    const plain = join(folder, 'plain.jsonl');
    writeFileSync(plain, jsonl(rows));
    const wanted = await load(plain);
    const texts = (id: string) =>
      [...iteratePairs(store, id)].map(({ prompt, chosen, rejected, completion, label, tie, margin }) =>
        JSON.stringify([prompt, chosen, rejected, completion, label, tie, margin]),
      );
    expect(wanted.format).toBe(format);
    for (const [variant, write] of Object.entries(VARIANTS)) {
      // a lone object under that name is a document, which is refused
      if (rows.length === 1 && variant.startsWith('a document')) continue;
      const path = join(folder, `variant of ${format}`);
      writeFileSync(path, write(rows));
      const report = await load(path);
      expect([variant, report.format, report.rowsRead, report.rowsAccepted]).toEqual([
        variant,
        format,
        wanted.rowsRead,
        wanted.rowsAccepted,
      ]);
      expect(texts(report.versionId)).toEqual(texts(wanted.versionId));
    }
  });
});
