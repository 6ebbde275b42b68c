/** Datasets, versions and pairs: pages of any depth, unfinished versions unseen, everything gone with its dataset. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getDatasetByName, insertDataset, listDatasets, removeDataset } from '../../../src/main/data/store/datasets.ts';
import { countPairs, insertPairs, iteratePairs, type NewPair, readPairs } from '../../../src/main/data/store/pairs.ts';
import { transaction, type WritableStore } from '../../../src/main/data/store/store.ts';
import {
  discardUnfinished,
  finishVersion,
  getVersion,
  insertVersion,
  listVersions,
  nextVersionNumber,
  type VersionRow,
} from '../../../src/main/data/store/versions.ts';
import { datasetSummary, storedPair } from '../../../src/preload/contract/datasets.ts';
import { newPair, openTestStore } from '../datasets/stored.ts';

let store: WritableStore;
let close: () => void;
beforeEach(() => ({ store, close } = openTestStore()));
afterEach(() => close());

const dataset = {
  id: 'd',
  name: 'helpful',
  kind: 'preference',
  format: 'trl',
  source: 'a.jsonl',
  createdAt: '2026-01-01T00:00:00Z',
} as const;

const version = (number: number): VersionRow => ({
  id: `v${number}`,
  datasetId: 'd',
  number,
  rows: 0,
  prompts: 0,
  ties: 0,
  duplicates: 0,
  medianChosenChars: null,
  medianRejectedChars: null,
  longerChosenShare: null,
  createdAt: '2026-01-01T00:00:00Z',
  recipe: 'imported',
  contentHash: '',
  derivation: null,
});

const pair = (i: number): NewPair =>
  newPair({
    prompt: `question ${i}`,
    chosen: `good ${i}`,
    rejected: `bad ${i}`,
    provenance: { file: 'a.jsonl', line: i + 1, row: i },
  });

/** A finished version of that many pairs. */
function versionOf(number: number, pairs: readonly NewPair[]): void {
  transaction(store, () => {
    insertVersion(store, version(number));
    insertPairs(store, `v${number}`, 0, pairs);
    finishVersion(store, { ...version(number), rows: pairs.length, contentHash: 'abc', longerChosenShare: 0.5 }, null);
  });
}

describe('pairs', () => {
  it('come back as they were: text that looks like JSON, conversations, labels, numbers, metadata', () => {
    const rows: NewPair[] = [
      { ...pair(0), prompt: '[{"role":"user","content":"still text"}]', metadata: { nested: { a: [1, null] } } },
      {
        ...pair(1),
        prompt: [{ role: 'user', content: 'hi \u0000 \ud83d\ude00' }],
        chosen: [{ role: 'assistant', content: 'yes' }],
        rejected: [{ role: 'assistant', content: '' }],
        tie: true,
        margin: -0.25,
        scoreChosen: 1e-300,
        scoreRejected: 0,
        annotator: 'me',
      },
      {
        ...pair(2),
        chosen: null,
        rejected: null,
        completion: 'done',
        label: false,
        provenance: { file: 'b', line: null, row: null },
      },
    ];
    insertDataset(store, dataset);
    versionOf(1, rows);
    const found = readPairs(store, 'v1', 0, 10);
    expect(found).toEqual(rows.map((row, index) => ({ ...row, index })));
    for (const row of found) storedPair.parse(row);
  });

  it('a page at the end of a long version costs what a page at its beginning does', () => {
    insertDataset(store, dataset);
    versionOf(
      1,
      Array.from({ length: 60_000 }, (_, i) => pair(i)),
    );
    const plan = store.db
      .prepare('EXPLAIN QUERY PLAN SELECT * FROM pairs WHERE version_id = ? AND idx >= ? AND idx < ? ORDER BY idx')
      .all('v1', 1, 2);
    expect(plan).toMatchObject([{ detail: 'SEARCH pairs USING PRIMARY KEY (version_id=? AND idx>? AND idx<?)' }]);
    expect(readPairs(store, 'v1', 59_990, 100).map((p) => p.index)).toEqual([
      59_990, 59_991, 59_992, 59_993, 59_994, 59_995, 59_996, 59_997, 59_998, 59_999,
    ]);
    expect(readPairs(store, 'v1', 60_000, 100)).toEqual([]);
    expect(countPairs(store, 'v1')).toBe(60_000);
    let next = 0;
    for (const { index } of iteratePairs(store, 'v1')) if (index === next) next++;
    expect(next).toBe(60_000);
  });

  it('of no version are none', () => {
    expect([countPairs(store, 'none'), ...readPairs(store, 'none', 0, 5), ...iteratePairs(store, 'none')]).toEqual([0]);
  });

  it('of a transaction that fails are not stored', () => {
    insertDataset(store, dataset);
    const twice = () =>
      transaction(store, () => {
        insertVersion(store, version(1));
        insertPairs(store, 'v1', 0, [pair(0), pair(1)]);
        insertPairs(store, 'v1', 1, [pair(2)]);
      });
    expect(twice).toThrow(/UNIQUE/);
    expect(countPairs(store, 'v1')).toBe(0);
  });
});

describe('versions', () => {
  it('are listed newest first, and the newest one’s facts are the dataset’s', () => {
    insertDataset(store, dataset);
    versionOf(1, [pair(0)]);
    versionOf(2, [pair(0), pair(1)]);
    const [found, ...others] = listDatasets(store);
    expect(others).toEqual([]);
    expect(datasetSummary.parse(found)).toMatchObject({
      name: 'helpful',
      rows: 2,
      longerChosenShare: 0.5,
      versions: [
        { number: 2, rows: 2 },
        { number: 1, rows: 1 },
      ],
    });
    expect(nextVersionNumber(store, 'd')).toBe(3);
  });

  it('that are still being written are seen by nobody, and go when their writer is dead', () => {
    insertDataset(store, dataset);
    insertVersion(store, version(1));
    insertPairs(store, 'v1', 0, [pair(0)]);
    expect(listDatasets(store)).toEqual([]);
    expect(getVersion(store, 'v1')).toBeUndefined();
    discardUnfinished(store, () => true);
    expect(countPairs(store, 'v1')).toBe(1);
    discardUnfinished(store, () => false);
    expect(countPairs(store, 'v1')).toBe(0);
    expect(getDatasetByName(store, 'helpful')).toBeUndefined();
  });

  it('an unfinished one takes nothing along that was finished', () => {
    insertDataset(store, dataset);
    versionOf(1, [pair(0)]);
    insertVersion(store, version(2));
    discardUnfinished(store, () => false);
    expect(listVersions(store, 'd').map((v) => v.number)).toEqual([1]);
  });
});

describe('a dataset', () => {
  it('has a name of its own', () => {
    insertDataset(store, dataset);
    expect(() => insertDataset(store, { ...dataset, id: 'e' })).toThrow(/UNIQUE/);
  });

  it('is removed with versions and pairs; another one stays', () => {
    insertDataset(store, dataset);
    versionOf(1, [pair(0), pair(1)]);
    insertDataset(store, { ...dataset, id: 'e', name: 'other' });
    expect(removeDataset(store, 'd')).toBe(true);
    expect(removeDataset(store, 'd')).toBe(false);
    expect(
      store.db
        .prepare('SELECT (SELECT count(*) FROM versions) AS versions, (SELECT count(*) FROM pairs) AS pairs')
        .get(),
    ).toEqual({ versions: 0, pairs: 0 });
    expect(getDatasetByName(store, 'other')?.id).toBe('e');
  });
});
