/** Export: what each format holds comes back unchanged by import, whatever the texts are. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportVersion } from '../../../src/main/data/datasets/export.ts';
import { exportFormats } from '../../../src/main/data/datasets/export-formats/index.ts';
import { importFile } from '../../../src/main/data/datasets/import.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import { iteratePairs } from '../../../src/main/data/store/pairs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';
import type { StoredPair } from '../../../src/preload/contract/datasets.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-export-'));
let store: WritableStore;
let sets = 0;
beforeAll(() => {
  store = openStore(join(folder, 'plumbline.db'));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Imports rows, exports and imports them again; both stored versions, without where the rows came from. */
async function roundTrip(rows: readonly object[], format: string) {
  const source = join(folder, 'source.jsonl');
  writeFileSync(source, rows.map((r) => JSON.stringify(r)).join('\n'));
  const first = await importFile(store, source, { name: `first ${++sets}` });
  const path = join(folder, format === 'csv' ? 'out.csv' : 'out.jsonl');
  expect(exportVersion(store, first.versionId, format, path)).toEqual({ rows: first.rowsAccepted, leftOut: 0 });
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  const second = await importFile(store, path, { name: `second ${sets}` });
  const stored = (id: string) =>
    [...iteratePairs(store, id)].map(({ provenance: _where, ...rest }: StoredPair) => rest);
  return { before: stored(first.versionId), after: stored(second.versionId), text: readFileSync(path, 'utf8') };
}

const chat = (role: string, content: string) => [{ role, content }];
const SETS: Readonly<Record<string, readonly object[]>> = {
  pairs: [
    { prompt: 'q, "1"', chosen: 'a\r\nb', rejected: 'c', score_chosen: 3, score_rejected: 1, annotator: 'me' },
    { prompt: ' q2 ', chosen: '1', rejected: 'true', margin: 0.5 },
    { prompt: '=q3', chosen: 'x', rejected: 'x', tie: true },
  ],
  conversations: [
    { prompt: chat('user', 'hi'), chosen: chat('assistant', 'a "b"'), rejected: chat('assistant', 'c') },
    { prompt: 'text', chosen: '[{"role": no JSON', rejected: 'c' },
  ],
  unpaired: [
    { prompt: 'q', completion: 'a', label: true },
    { prompt: chat('user', 'q'), completion: chat('assistant', 'a'), label: false },
  ],
  demonstrations: [
    { prompt: 'q', completion: 'a' },
    { prompt: '', completion: 'b' },
  ],
  prompts: [{ prompt: 'q' }, { prompt: '  ' }, { prompt: 'a,b' }],
};

describe.each(['trl', 'csv'])('%s', (format) => {
  it.each(Object.keys(SETS))('%s', async (name) => {
    const { before, after } = await roundTrip(SETS[name], format);
    expect(before).toHaveLength(SETS[name].length);
    expect(after).toEqual(before);
  });

  it('any texts', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const row = fc.record({ prompt: text, chosen: text, rejected: text.map((t) => `${t}!`) });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
        fc.pre(rows.some((r) => r.chosen !== r.rejected));
        const { before, after } = await roundTrip(rows, format);
        expect(after).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });
});

it('columns of the source that are no fields stand in TRL JSONL as they did there', async () => {
  const rows = [
    {
      prompt: 'q',
      chosen: 'a',
      rejected: 'b',
      metadata: { score_chosen: 2, score_rejected: 1 },
      source_index: 7,
    },
  ];
  const { before, after } = await roundTrip(rows, 'trl');
  expect(before[0].metadata).toEqual({ metadata: rows[0].metadata, source_index: 7 });
  expect(after).toEqual(before);
});

it('conversational TRL turns texts into messages', async () => {
  const { text } = await roundTrip([{ prompt: 'q', chosen: 'a', rejected: 'b' }], 'trl-conversational');
  expect(JSON.parse(text)).toEqual({
    prompt: chat('user', 'q'),
    chosen: chat('assistant', 'a'),
    rejected: chat('assistant', 'b'),
  });
});

it('an unknown format or version is named, and no file is left', () => {
  const path = join(folder, 'none.jsonl');
  expect(() => exportVersion(store, 'nowhere', 'trl', path)).toThrow('there is no dataset version nowhere');
  expect(() => exportVersion(store, 'nowhere', 'trll', path)).toThrow('did you mean "trl"');
  expect(existsSync(path)).toBe(false);
  expect(exportFormats.all.map((f) => f.id)).toContain('hh');
});
