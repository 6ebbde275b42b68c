/** An import that is split at once: three datasets, no prompt on both sides, or nothing at all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireVersion } from '../../../src/main/data/datasets/find.ts';
import { importFile } from '../../../src/main/data/datasets/import.ts';
import { importAndSplit } from '../../../src/main/data/datasets/import-and-split.ts';
import { listDatasets } from '../../../src/main/data/store/datasets.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import { iteratePairs } from '../../../src/main/data/store/pairs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';

let home: string;
let store: WritableStore;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'plumb-split-'));
  store = openStore(join(home, 'plumbline.db'));
});
afterEach(() => {
  store.close();
  rmSync(home, { recursive: true, force: true });
});

function file(prompts: number, rowsEach: number): string {
  const path = join(home, 'rows.jsonl');
  const rows = Array.from({ length: prompts * rowsEach }, (_, i) => ({
    prompt: `q${i % prompts}`,
    chosen: `yes ${i}`,
    rejected: `no ${i}`,
  }));
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

const promptsOf = (name: string) => {
  const { version } = requireVersion(store, name);
  return Array.from(iteratePairs(store, version.id), ({ prompt }) => String(prompt));
};
const namesAndRows = () =>
  listDatasets(store)
    .map(({ name, rows }) => `${name} ${rows}`)
    .sort();

describe('an import that is split', () => {
  it('leaves all rows, and two parts without a common prompt', async () => {
    const report = await importAndSplit(store, file(20, 3), { name: 'mine' }, { share: 0.2, seed: 42 });
    expect(report).toMatchObject({ dataset: 'mine', version: 1, rowsAccepted: 60 });
    expect(namesAndRows()).toEqual(['mine 60', 'mine-test 12', 'mine-train 48']);
    const [train, test] = ['mine-train', 'mine-test'].map((name) => new Set(promptsOf(name)));
    expect([train.size, test.size]).toEqual([16, 4]);
    expect([...test].filter((prompt) => train.has(prompt))).toEqual([]);
  });

  it('that cannot be split leaves nothing, and what was there before as it was', async () => {
    const path = file(1, 5);
    const split = { share: 0.1, seed: 42 };
    await expect(importAndSplit(store, path, { name: 'mine' }, split)).rejects.toThrow('a split needs at least two');
    expect(namesAndRows()).toEqual([]);
    await importFile(store, path, { name: 'mine' });
    await expect(importAndSplit(store, path, { name: 'mine' }, split)).rejects.toThrow('a split needs at least two');
    expect(namesAndRows()).toEqual(['mine 5']);
    expect(requireVersion(store, 'mine').version.number).toBe(1);
  });

  it('into a name that holds something else leaves nothing', async () => {
    const other = join(home, 'prompts.jsonl');
    writeFileSync(other, '{"prompt":"a"}\n{"prompt":"b"}\n');
    await importFile(store, other, { name: 'mine-test' });
    const job = importAndSplit(store, file(6, 1), { name: 'mine' }, { share: 0.5, seed: 1 });
    await expect(job).rejects.toThrow('the dataset "mine-test" holds prompts');
    expect(namesAndRows()).toEqual(['mine-test 2']);
  });
});
