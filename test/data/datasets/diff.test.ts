/** The difference of two versions: counts and rows against what was done to them. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deriveVersions } from '../../../src/main/data/datasets/derive.ts';
import { diffVersions } from '../../../src/main/data/datasets/diff.ts';
import { requireVersion } from '../../../src/main/data/datasets/find.ts';
import type { NewPair } from '../../../src/main/data/store/pairs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';
import { newPair, openTestStore, storeRows } from './stored.ts';

let store: WritableStore;
let close: () => void;
beforeEach(() => ({ store, close } = openTestStore()));
afterEach(() => close());

const row = (i: number, fields: Partial<NewPair> = {}): NewPair =>
  newPair({
    prompt: `prompt ${i}`,
    chosen: `good ${i}`,
    rejected: `bad ${i}`,
    margin: i,
    provenance: { file: 'f', line: i + 1, row: null },
    ...fields,
  });
const ROWS = Array.from({ length: 10 }, (_, i) => row(i));

it('counts and names what came, went and changed', async () => {
  const before = storeRows(store, 'd', ROWS);
  const after = storeRows(store, 'd', [
    ...ROWS.slice(0, 5),
    // turned round, then another text, then another margin
    row(5, { chosen: 'bad 5', rejected: 'good 5', margin: -5 }),
    row(6, { chosen: 'better 6' }),
    row(7, { margin: 0 }),
    // 8 is gone, 9 is there twice, 99 is new
    ROWS[9],
    ROWS[9],
    row(99),
  ]);
  const found = await diffVersions(store, before, after);
  expect(found).toMatchObject({ same: 6, added: 2, removed: 1, changed: 3 });
  expect(
    found.rows.filter(({ kind }) => kind === 'changed').map(({ before: b, after: a, fields }) => [b, a, fields]),
  ).toEqual([
    [5, 5, ['chosen', 'rejected', 'margin']],
    [6, 6, ['chosen']],
    [7, 7, ['margin']],
  ]);
  expect(found.rows.filter(({ kind }) => kind === 'removed')).toMatchObject([
    { before: 8, after: null, prompt: 'prompt 8' },
  ]);
  expect(found.rows.filter(({ kind }) => kind === 'added').map(({ after: a }) => a)).toEqual([9, 10]);
  const other = await diffVersions(store, after, before, { limit: 1 });
  expect(other).toMatchObject({ same: 6, added: 1, removed: 2, changed: 3 });
  expect(other.rows).toHaveLength(1);
});

it('of a version with itself, or in another order, is nothing', async () => {
  const before = storeRows(store, 'd', ROWS);
  const after = storeRows(store, 'd', [...ROWS].reverse());
  expect(await diffVersions(store, before, after)).toMatchObject({
    same: 10,
    added: 0,
    removed: 0,
    changed: 0,
    rows: [],
  });
});

it('of flipped labels is as many changes as were flipped', async () => {
  const many = storeRows(
    store,
    'many',
    Array.from({ length: 1200 }, (_, i) => row(i)),
  );
  const [made] = await deriveVersions(store, [many], { operation: 'flip-noise', params: { share: 0.1 } });
  const found = await diffVersions(store, many, requireVersion(store, made.versionId));
  expect(found).toMatchObject({ same: 1080, changed: 120, added: 0, removed: 0 });
});
