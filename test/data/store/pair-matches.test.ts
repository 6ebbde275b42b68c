/** Rows found by tags and text, and their order: each held against a plain filter over the same rows. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertDataset, removeDataset } from '../../../src/main/data/store/datasets.ts';
import { loadColumns } from '../../../src/main/data/store/pair-columns.ts';
import { facetsOf } from '../../../src/main/data/store/pair-facets.ts';
import { matchPairs } from '../../../src/main/data/store/pair-matches.ts';
import { insertPairs, type NewPair, pairsAt } from '../../../src/main/data/store/pairs.ts';
import { transaction } from '../../../src/main/data/store/store.ts';
import {
  discardVersion,
  finishVersion,
  insertVersion,
  type VersionRow,
} from '../../../src/main/data/store/versions.ts';
import { type PairQuery, pairQuery, pairTag } from '../../../src/preload/contract/datasets.ts';
import { searchPattern, searchWords } from '../../../src/preload/contract/search-words.ts';
import { newPair, openTestStore } from '../datasets/stored.ts';

const says = (content: string) => [{ role: 'assistant', content }];

const ROWS: readonly NewPair[] = [
  newPair({ prompt: 'Name a colour', chosen: 'Red, obviously', rejected: 'Blue', margin: 2 }),
  newPair({ prompt: 'Name a colour', chosen: 'Red', rejected: 'Obviously blue', margin: -1, tie: true }),
  newPair({ prompt: 'Is 100% role_play "fun"?', chosen: 'no', rejected: 'yes!', margin: 0.5 }),
  newPair({ prompt: [{ role: 'user', content: 'A "quoted"\nline' }], chosen: says('short'), rejected: says('longer') }),
  newPair({ prompt: 'Name a colour', chosen: 'Red', rejected: 'Obviously blue', margin: -1, tie: true }),
  newPair({ completion: 'an answer', label: true }),
  newPair({ completion: 'other', label: false }),
  // one emoji is one character: as long as "x"
  newPair({ chosen: '😀', rejected: 'x' }),
];

const VERSION: VersionRow = {
  id: '',
  datasetId: 'd',
  number: 0,
  rows: 0,
  prompts: 0,
  ties: 0,
  duplicates: 0,
  medianChosenChars: null,
  medianRejectedChars: null,
  longerChosenShare: null,
  createdAt: '2026-01-01',
  recipe: 'imported',
  contentHash: '',
  derivation: null,
};

const { store, close } = openTestStore();
beforeAll(() => {
  insertDataset(store, { id: 'd', name: 'd', kind: 'preference', format: 'trl', source: 's', createdAt: '2026-01-01' });
  for (const id of ['v', 'other']) {
    const version = { ...VERSION, id, number: id === 'v' ? 1 : 2, rows: ROWS.length };
    transaction(store, () => {
      insertVersion(store, version);
      // the other version holds the same rows once more, so that a question that forgets the version finds too much
      insertPairs(store, id, 0, id === 'v' ? ROWS : [...ROWS, ...ROWS]);
      finishVersion(store, version, null);
    });
  }
});
afterAll(close);

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

describe('words', () => {
  it('are found in their order, the last unfinished, whatever stands between and in whatever case', () => {
    expect(match({ search: 'red obvi' })).toEqual([0]);
    expect(match({ search: 'obvi red' })).toEqual([]);
    expect(match({ search: 'bviously' })).toEqual([]);
    expect(match({ search: 'a colour' })).toEqual([0, 1, 4]);
    expect(match({ search: 'quoted line' })).toEqual([3]);
  });

  it('by the index are those that the marks of the page mark', () => {
    const letters = fc.constantFrom(
      'a',
      'b',
      'A',
      'é',
      'É',
      '1',
      ' ',
      ' ',
      '-',
      "'",
      '"',
      '*',
      '^',
      '(',
      '\n',
      '_',
      '.',
      ':',
    );
    const text = fc.string({ unit: letters, maxLength: 14 });
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 12 }),
        fc.string({ unit: letters, minLength: 1, maxLength: 4 }),
        (texts, search) => {
          fc.pre(searchWords(search).length > 0);
          insertDataset(store, {
            id: 'w',
            name: 'w',
            kind: 'preference',
            format: 'trl',
            source: 's',
            createdAt: '2026-01-02',
          });
          const version = { ...VERSION, id: 'w1', datasetId: 'w', number: 1 };
          transaction(store, () => {
            insertVersion(store, version);
            insertPairs(
              store,
              'w1',
              0,
              texts.map((prompt) => newPair({ prompt })),
            );
            finishVersion(store, version, null);
          });
          const found = [...matchPairs(store, 'w1', pairQuery.parse({ search }))];
          const marked = texts.flatMap((each, row) => (searchPattern(search)?.test(each) ? [row] : []));
          removeDataset(store, 'w');
          expect(found).toEqual(marked);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('have an index of their own for each version, which goes with it', () => {
    const indexes = () =>
      (
        store.db
          .prepare("SELECT name FROM sqlite_master WHERE name GLOB 'pair_words_[0-9]*' AND sql LIKE 'CREATE VIRTUAL%'")
          .all() as { name: string }[]
      ).length;
    const before = indexes();
    insertDataset(store, {
      id: 'x',
      name: 'x',
      kind: 'preference',
      format: 'trl',
      source: 's',
      createdAt: '2026-01-02',
    });
    transaction(store, () => insertVersion(store, { ...VERSION, id: 'x1', datasetId: 'x', number: 1 }));
    expect(indexes()).toBe(before + 1);
    discardVersion(store, 'x1');
    expect(indexes()).toBe(before);
  });

  it('of a version without an index are looked for in the texts', () => {
    store.prepare("UPDATE versions SET serial = NULL WHERE id = 'other'").run();
    const old = matchPairs(store, 'other', pairQuery.parse({ search: 'OBVIOUSLY', searchIn: 'rejected' }));
    expect([...old]).toEqual([1, 4, 9, 12]);
    store.prepare("DELETE FROM pair_columns WHERE version_id = 'other'").run();
    expect([...matchPairs(store, 'other', pairQuery.parse({ tags: ['tie'] }))]).toEqual([1, 4, 9, 12]);
  });
});

describe('values', () => {
  const found = (query: Partial<PairQuery>) => match({ ...query });

  it('are in a range with its ends; rows without one are outside', () => {
    expect(found({ margin: { least: 0.5 } })).toEqual([0, 2]);
    expect(found({ margin: { least: -1, most: 0.5 } })).toEqual([1, 2, 4]);
    expect(found({ margin: {} })).toEqual([0, 1, 2, 4]);
    expect(found({ length: { least: 14 } })).toEqual([0, 1, 4]);
    expect(found({ length: { most: 5 } })).toEqual([2, 6, 7]);
    expect(found({ score: { least: 0 } })).toEqual([]);
  });

  it('are names: annotator, split, tags', () => {
    insertDataset(store, {
      id: 'n',
      name: 'n',
      kind: 'preference',
      format: 'trl',
      source: 's',
      createdAt: '2026-01-03',
    });
    const rows = [
      newPair({ annotator: 'ada', metadata: { split: 'train', tags: ['x', 'y'] }, scoreChosen: 2 }),
      newPair({ annotator: 'bob', metadata: { split: 'test', tags: 'y, z' }, scoreChosen: -1 }),
      newPair({ annotator: 'ada', metadata: { tag: 'x' } }),
      newPair({ metadata: { tags: 7, split: 3 } }),
    ];
    const version = { ...VERSION, id: 'n1', datasetId: 'n', number: 1 };
    transaction(store, () => {
      insertVersion(store, version);
      insertPairs(store, 'n1', 0, rows.slice(0, 2));
      insertPairs(store, 'n1', 2, rows.slice(2));
      finishVersion(store, version, null);
    });
    const ask = (query: Partial<PairQuery>) => [...matchPairs(store, 'n1', pairQuery.parse(query))];
    expect(ask({ annotator: 'ada' })).toEqual([0, 2]);
    expect(ask({ annotator: 'eve' })).toEqual([]);
    expect(ask({ split: 'test' })).toEqual([1]);
    expect(ask({ dataTag: 'y' })).toEqual([0, 1]);
    expect(ask({ dataTag: 'x', annotator: 'ada', split: 'train' })).toEqual([0]);
    expect(ask({ score: { least: 0 } })).toEqual([0]);
    const columns = loadColumns(store, 'n1', 4);
    expect(facetsOf(columns)).toMatchObject({
      annotators: [
        { name: 'ada', count: 2 },
        { name: 'bob', count: 1 },
      ],
      splits: [
        { name: 'test', count: 1 },
        { name: 'train', count: 1 },
      ],
      tags: [
        { name: 'x', count: 2 },
        { name: 'y', count: 2 },
        { name: 'z', count: 1 },
      ],
      score: { lowest: -1, highest: 2 },
      margin: null,
      longest: null,
    });
    // read row by row, as for a version of before
    store.prepare("DELETE FROM pair_columns WHERE version_id = 'n1'").run();
    expect(loadColumns(store, 'n1', 4)).toEqual(columns);
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
