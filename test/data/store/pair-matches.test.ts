/** Rows found by tags and text, and their order: each held against a plain filter over the same rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertDataset } from '../../../src/main/data/store/datasets.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import { matchPairs } from '../../../src/main/data/store/pair-matches.ts';
import { insertPairs, type NewPair, pairsAt } from '../../../src/main/data/store/pairs.ts';
import { transaction, type WritableStore } from '../../../src/main/data/store/store.ts';
import { finishVersion, insertVersion } from '../../../src/main/data/store/versions.ts';
import { type PairQuery, pairQuery, pairTag } from '../../../src/preload/contract/datasets.ts';

const pair = (fields: Partial<NewPair>): NewPair => ({
  prompt: 'q',
  chosen: null,
  rejected: null,
  completion: null,
  label: null,
  tie: false,
  margin: null,
  scoreChosen: null,
  scoreRejected: null,
  annotator: null,
  metadata: {},
  provenance: { file: 'f', line: null, row: null },
  ...fields,
});
const says = (content: string) => [{ role: 'assistant', content }];

const ROWS: readonly NewPair[] = [
  pair({ prompt: 'Name a colour', chosen: 'Red, obviously', rejected: 'Blue', margin: 2 }),
  pair({ prompt: 'Name a colour', chosen: 'Red', rejected: 'Obviously blue', margin: -1, tie: true }),
  pair({ prompt: 'Is 100% role_play "fun"?', chosen: 'no', rejected: 'yes!', margin: 0.5 }),
  pair({ prompt: [{ role: 'user', content: 'A "quoted"\nline' }], chosen: says('short'), rejected: says('longer') }),
  pair({ prompt: 'Name a colour', chosen: 'Red', rejected: 'Obviously blue', margin: -1, tie: true }),
  pair({ completion: 'an answer', label: true }),
  pair({ completion: 'other', label: false }),
  // one emoji is one character: as long as "x"
  pair({ chosen: '😀', rejected: 'x' }),
];

let folder: string;
let store: WritableStore;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-matches-'));
  store = openStore(join(folder, 'plumbline.db'));
  insertDataset(store, { id: 'd', name: 'd', kind: 'preference', format: 'trl', source: 's', createdAt: '2026-01-01' });
  for (const id of ['v', 'other']) {
    const version = {
      id,
      datasetId: 'd',
      number: id === 'v' ? 1 : 2,
      rows: ROWS.length,
      prompts: 0,
      ties: 0,
      duplicates: 0,
      medianChosenChars: null,
      medianRejectedChars: null,
      longerChosenShare: null,
      createdAt: '2026-01-01',
      recipe: 'imported',
      contentHash: '',
    };
    transaction(store, () => {
      insertVersion(store, version);
      // the other version holds the same rows once more, so that a question that forgets the version finds too much
      insertPairs(store, id, 0, id === 'v' ? ROWS : [...ROWS, ...ROWS]);
      finishVersion(store, version, null);
    });
  }
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const match = (query: Partial<PairQuery>) => [...matchPairs(store, 'v', pairQuery.parse(query))];

describe('tags', () => {
  it.each([
    [['tie'], [1, 4]],
    [['decided'], [0, 2, 3, 5, 6, 7]],
    [['longer-chosen'], [0]],
    [['longer-rejected'], [1, 2, 3, 4]],
    [['negative-margin'], [1, 4]],
    [['conversation'], [3]],
    [['duplicate'], [1, 4]],
    [['wanted'], [5]],
    [['unwanted'], [6]],
    [['tie', 'longer-chosen'], []],
    [
      ['decided', 'longer-rejected'],
      [2, 3],
    ],
  ] as const)('%j', (tags, rows) => {
    expect(match({ tags: [...tags] })).toEqual(rows);
  });

  it('all of them are SQL that runs', () => {
    for (const tag of pairTag.options) expect(match({ tags: [tag, tag] }).length).toBeGreaterThan(0);
  });
});

describe('text', () => {
  it('is found whatever the case, in the field asked for', () => {
    expect(match({ search: 'OBVIOUSLY' })).toEqual([0, 1, 4]);
    expect(match({ search: 'obviously', searchIn: 'rejected' })).toEqual([1, 4]);
    expect(match({ search: 'answer', searchIn: 'completion' })).toEqual([5]);
  });

  it('is taken as it is: no wildcards, no JSON around conversations', () => {
    expect(match({ search: '100%' })).toEqual([2]);
    expect(match({ search: 'role_' })).toEqual([2]);
    expect(match({ search: '%' })).toEqual([2]);
    expect(match({ search: '\\' })).toEqual([]);
    expect(match({ search: '"quoted"\nline' })).toEqual([3]);
    expect(match({ search: 'assistant' })).toEqual([]);
    expect(match({ search: "'; DROP TABLE pairs; --" })).toEqual([]);
  });
});

describe('order', () => {
  it('follows the value, rows without one last, equal ones as in the file', () => {
    expect(match({ sort: 'margin' })).toEqual([1, 4, 2, 0, 3, 5, 6, 7]);
    expect(match({ sort: 'margin', descending: true })).toEqual([0, 2, 1, 4, 3, 5, 6, 7]);
    expect(match({ sort: 'length', descending: true })).toEqual([0, 5, 3, 6, 1, 4, 2, 7]);
    expect(match({ descending: true })).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
  });

  it('gives the rows themselves by their numbers', () => {
    const found = [...pairsAt(store, 'v', match({ tags: ['tie'], descending: true }))];
    expect(found.map((row) => row.index)).toEqual([4, 1]);
    expect([...pairsAt(store, 'v', [99])]).toEqual([]);
  });
});
