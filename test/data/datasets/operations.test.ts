/** Operations on versions: what each keeps and changes, and that its recipe gives the same rows again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deriveVersions, repeatDerivation } from '../../../src/main/data/datasets/derive.ts';
import { type FoundVersion, requireVersion } from '../../../src/main/data/datasets/find.ts';
import { lineageOf } from '../../../src/main/data/datasets/lineage.ts';
import { operations } from '../../../src/main/data/datasets/operations/index.ts';
import { readRanges, writeRanges } from '../../../src/main/data/datasets/operations/ranges.ts';
import { listDatasets, removeDataset } from '../../../src/main/data/store/datasets.ts';
import { iteratePairs, type NewPair } from '../../../src/main/data/store/pairs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';
import { newPair, openTestStore, rowsOf, storeRows } from './stored.ts';

let store: WritableStore;
let close: () => void;
beforeEach(() => ({ store, close } = openTestStore()));
afterEach(() => close());

/** 120 pairs over 40 prompts; some are conversations, some ties, some the same as another. */
const ROWS: readonly NewPair[] = Array.from({ length: 120 }, (_, i) => {
  const says = (content: string) => [{ role: 'assistant', content }];
  const [chosen, rejected] = [`good ${i % 100} ${'x'.repeat(i % 13)}`, `bad ${i % 100}`];
  const chat = i % 11 === 0;
  return newPair({
    prompt: chat ? [{ role: 'user', content: `prompt ${i % 40}` }] : `prompt ${i % 40}`,
    chosen: chat ? says(chosen) : chosen,
    rejected: chat ? says(rejected) : rejected,
    tie: i % 10 === 0,
    margin: i / 10 - 3,
    scoreChosen: i / 10,
    scoreRejected: 3,
    annotator: i % 4 === 0 ? 'ada' : 'bob',
    metadata: { split: i % 40 < 30 ? 'train' : 'test', group: i % 3 },
    provenance: { file: 'f.jsonl', line: i + 1, row: null },
  });
});

let base: FoundVersion;
beforeEach(() => {
  base = storeRows(store, 'base', ROWS);
});

const derive = async (operation: string, params: Record<string, unknown>, parents = [base], names?: string[]) => {
  const made = await deriveVersions(store, parents, { operation, params, names });
  return made.map(({ versionId }) => requireVersion(store, versionId));
};
const numbersOf = ({ version }: FoundVersion): number[] =>
  rowsOf(store, version.id).map(({ provenance }) => (provenance.line ?? 0) - 1);
const promptsOf = ({ version }: FoundVersion): Set<string> =>
  new Set(rowsOf(store, version.id).map(({ prompt }) => JSON.stringify(prompt)));

const CASES: readonly (readonly [operation: string, params: Record<string, unknown>])[] = [
  ['filter', { ties: false, min_margin: 0 }],
  ['filter', { query: { search: 'good 1', tags: ['decided'], annotator: 'bob' } }],
  ['filter', { drop_rows: '0-9,50', why: 'what was found' }],
  [
    'edit',
    {
      edits: [
        { index: 3, verdict: 'b' },
        { index: 4, drop: true },
      ],
    },
  ],
  ['dedupe', { by: 'near', threshold: 0.9 }],
  ['dedupe', { by: 'prompt' }],
  ['split', { share: 0.25, seed: 7, stratify: 'annotator' }],
  ['sample', { count: 30, seed: 3 }],
  ['sample', { share: 0.5, by: 'prompt' }],
  ['flip-noise', { share: 0.2, seed: 5 }],
];

describe('every recipe', () => {
  it.each(CASES)('%s %j: applied again to the parent gives the same hash', async (operation, params) => {
    for (const made of await derive(operation, params)) {
      expect(made.version.derivation).toMatchObject({ operation, parents: [{ versionId: base.version.id }] });
      expect(await repeatDerivation(store, made)).toEqual({ contentHash: made.version.contentHash, matches: true });
    }
  });

  it('of a merge too, in the order of its parents', async () => {
    const other = storeRows(store, 'other', ROWS.slice(0, 20));
    const [merged] = await derive('merge', { duplicates: false }, [other, base]);
    expect(merged.dataset.name).toBe('other-merged');
    expect((await repeatDerivation(store, merged)).matches).toBe(true);
    expect(numbersOf(merged).slice(0, 3)).toEqual([0, 1, 2]);
    expect(merged.version.duplicates).toBe(0);
    await expect(derive('merge', {})).rejects.toThrow('merge reads at least two versions, found 1');
  });

  it('that no longer gives what the version holds is told', async () => {
    const [made] = await derive('sample', { count: 50 }, [base], ['few']);
    store.prepare('UPDATE pairs SET margin = 99 WHERE version_id = ? AND idx < 100').run(base.version.id);
    expect((await repeatDerivation(store, made)).matches).toBe(false);
    removeDataset(store, base.dataset.id);
    await expect(repeatDerivation(store, requireVersion(store, 'few'))).rejects.toThrow(
      'base@1, which it was made from, does not exist any more',
    );
  });

  it('of an import is none', async () => {
    await expect(repeatDerivation(store, base)).rejects.toThrow('base@1 was not made from another version');
  });

  it('is asked for with parameters that exist', async () => {
    await expect(derive('filter', { tie: false })).rejects.toThrow(/filter: .*"tie"/);
    await expect(derive('flip-noise', { share: 2 })).rejects.toThrow(/flip-noise: share: /);
    await expect(derive('shuffle', {})).rejects.toThrow('there is no operation "shuffle": filter, edit, dedupe');
    expect(listDatasets(store)).toHaveLength(1);
  });
});

describe('content', () => {
  it('has one hash, however it came about', async () => {
    const [all] = await derive('filter', { limit: 1000 });
    expect(all.version).toMatchObject({ number: 2, rows: 120, contentHash: base.version.contentHash });
    const again = storeRows(store, 'copy', rowsOf(store, base.version.id));
    expect(again.version.contentHash).toBe(base.version.contentHash);
    const elsewhere = ROWS.map((row) => ({ ...row, provenance: { file: 'g', line: 1, row: 2 } }));
    expect(storeRows(store, 'moved', elsewhere).version.contentHash).toBe(base.version.contentHash);
    const [first, ...others] = ROWS;
    const changed = storeRows(store, 'changed', [{ ...first, annotator: 'eve' }, ...others]);
    expect(changed.version.contentHash).not.toBe(base.version.contentHash);
  });

  it('of the parent never changes', async () => {
    const before = rowsOf(store, base.version.id);
    for (const [operation, params] of CASES) await derive(operation, params);
    expect(rowsOf(store, base.version.id)).toEqual(before);
  });
});

describe('filter', () => {
  it('keeps what passes all conditions', async () => {
    const [made] = await derive('filter', { ties: false, annotator: 'ada', min_margin: 2, max_chars: 30 });
    const expected = ROWS.flatMap((row, i) => {
      const chars = JSON.stringify(row.prompt).length === 0 ? 0 : `prompt ${i % 40}`.length;
      const longest = Math.max(`good ${i % 100} ${'x'.repeat(i % 13)}`.length, `bad ${i % 100}`.length);
      return !row.tie && row.annotator === 'ada' && (row.margin ?? 0) >= 2 && chars + longest <= 30 ? [i] : [];
    });
    expect(numbersOf(made)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(3);
    expect(made.version.recipe).toBe(
      'filtered from base@1: no ties, margin at least 2, prompt and answer at most 30 characters, by "ada"',
    );
  });

  it('of nothing that is left makes nothing', async () => {
    await expect(derive('filter', { annotator: 'eve' })).rejects.toThrow('no row of "base" is left for "base"');
    expect(listDatasets(store)[0].versions).toHaveLength(1);
  });

  it('takes ranges of rows', async () => {
    expect(numbersOf((await derive('filter', { rows: '2-4, 7' }))[0])).toEqual([2, 3, 4, 7]);
    expect(writeRanges(readRanges('0,1,2,9,11-13', 20))).toBe('0-2,9,11-13');
    for (const wrong of ['5-3', 'x', '119-120', '-1'])
      await expect(derive('filter', { rows: wrong })).rejects.toThrow('is no range of rows: numbers from 0 to 119');
  });
});

describe('split', () => {
  it('by prompt: none is on both sides, and nothing is lost', async () => {
    const [train, test] = await derive('split', { share: 0.25, seed: 7 });
    expect([train.dataset.name, test.dataset.name]).toEqual(['base-train', 'base-test']);
    const [a, b] = [promptsOf(train), promptsOf(test)];
    expect([...a].filter((prompt) => b.has(prompt))).toEqual([]);
    const all = promptsOf(base).size;
    expect(b.size).toBe(Math.round(0.25 * all));
    expect([...numbersOf(train), ...numbersOf(test)].sort((x, y) => x - y)).toEqual(ROWS.map((_, i) => i));
  });

  it('does not ask for the order of the rows, but for the seed', async () => {
    const reversed = storeRows(store, 'reversed', [...ROWS].reverse());
    for (const stratify of ['none', 'metadata.split']) {
      const [, one] = await derive('split', { seed: 7, stratify });
      const [, other] = await derive('split', { seed: 7, stratify }, [reversed]);
      expect(promptsOf(other)).toEqual(promptsOf(one));
      const [, third] = await derive('split', { seed: 8, stratify });
      expect(promptsOf(third)).not.toEqual(promptsOf(one));
    }
  });

  it('stratified: both parts have the mix of the whole', async () => {
    const share = ({ version }: FoundVersion) => {
      const firsts = new Map(rowsOf(store, version.id).map((row) => [JSON.stringify(row.prompt), row.metadata.split]));
      return [...firsts.values()].filter((split) => split === 'test').length / firsts.size;
    };
    const [train, test] = await derive('split', { share: 0.25, seed: 1, stratify: 'metadata.split' });
    expect(share(test)).toBeCloseTo(share(base), 1);
    expect(Math.abs(share(test) - share(train))).toBeLessThan(0.08);
    const [, byLength] = await derive('split', { share: 0.5, stratify: 'length' });
    expect(byLength.version.rows).toBeGreaterThan(40);
    await expect(derive('split', { stratify: 'colour' })).rejects.toThrow(/metadata.KEY was expected/);
  });

  it('takes two different names', async () => {
    await expect(derive('split', {}, [base], ['x', 'x'])).rejects.toThrow('both parts would be called "x"');
    await expect(derive('split', {}, [base], ['x'])).rejects.toThrow('split makes 2 versions, found 1 names');
    await expect(derive('split', {}, [base], ['x', 'y/z'])).rejects.toThrow('cannot be a dataset');
    expect(listDatasets(store).map(({ name }) => name)).toEqual(['base']);
  });
});

describe('flip-noise', () => {
  it('turns that share of the decided pairs round, scores and margin with them, and nothing else', async () => {
    const [noisy] = await derive('flip-noise', { share: 0.25, seed: 9 });
    const [before, after] = [rowsOf(store, base.version.id), rowsOf(store, noisy.version.id)];
    const flipped = after.filter((row, i) => row.chosen !== before[i].chosen && row.margin !== before[i].margin);
    const decided = before.filter((row) => !row.tie).length;
    const turned = after.filter((row, i) => JSON.stringify(row.chosen) !== JSON.stringify(before[i].chosen));
    expect(turned).toHaveLength(Math.round(0.25 * decided));
    expect(flipped.length).toBeLessThanOrEqual(turned.length);
    for (const { index } of turned) {
      const [was, is] = [before[index], after[index]];
      expect(was.tie).toBe(false);
      expect(is).toEqual({
        ...was,
        chosen: was.rejected,
        rejected: was.chosen,
        scoreChosen: was.scoreRejected,
        scoreRejected: was.scoreChosen,
        margin: 0 - (was.margin ?? 0),
      });
    }
    const same = after.filter((row) => !turned.includes(row));
    expect(same).toEqual(same.map(({ index }) => before[index]));
  });
});

describe('edit', () => {
  it('applies verdicts, texts and removals to the rows named', async () => {
    const [made] = await derive('edit', {
      edits: [
        { index: 0, verdict: 'a' },
        { index: 1, verdict: 'b' },
        { index: 2, verdict: 'tie' },
        { index: 3, chosen: 'new text' },
        { index: 5, drop: true },
      ],
    });
    const [before, after] = [rowsOf(store, base.version.id), rowsOf(store, made.version.id)];
    expect(after).toHaveLength(119);
    expect([before[0].tie, after[0].tie]).toEqual([true, false]);
    expect(after[1]).toMatchObject({ chosen: before[1].rejected, rejected: before[1].chosen, tie: false });
    expect(after[2]).toEqual({ ...before[2], tie: true });
    expect(after[3]).toEqual({ ...before[3], chosen: 'new text' });
    expect(made.version.recipe).toBe(
      'edited from base@1: 1 turned round, 1 made ties, 1 decided for the first, 1 left out, 1 rewritten',
    );
  });

  it('refuses rows and fields that do not exist', async () => {
    const edit = (...edits: object[]) => derive('edit', { edits });
    await expect(edit({ index: 120, verdict: 'a' })).rejects.toThrow('base@1 has no row 120; its last is 119');
    await expect(edit({ index: 1, completion: 'x' })).rejects.toThrow('row 1 has no completion');
    await expect(edit({ index: 1, verdict: 'a' }, { index: 1, drop: true })).rejects.toThrow('a row is named twice');
    await expect(edit()).rejects.toThrow(/edit: edits/);
  });
});

describe('dedupe and sample', () => {
  it('keep the first of what says the same', async () => {
    const twice = storeRows(store, 'twice', [...ROWS.slice(0, 10), ...ROWS.slice(0, 10)]);
    expect(numbersOf((await derive('dedupe', {}, [twice]))[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const [prompts] = await derive('dedupe', { by: 'prompt' });
    expect(prompts.version.rows).toBe(promptsOf(base).size);
  });

  it('draw exactly as many as asked for, in the order of the rows', async () => {
    const [made] = await derive('sample', { count: 30, seed: 3 });
    const numbers = numbersOf(made);
    expect(numbers).toHaveLength(30);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    await expect(derive('sample', {})).rejects.toThrow('give either a count or a share');
    const [byPrompt] = await derive('sample', { share: 0.5, by: 'prompt' });
    expect(promptsOf(byPrompt).size).toBe(Math.round(promptsOf(base).size / 2));
  });
});

describe('lineage', () => {
  it('is a tree of all versions that hang together, removed ones too', async () => {
    const [filtered] = await derive('filter', { ties: false });
    await derive('split', { share: 0.2 }, [filtered]);
    const lines = () => lineageOf(store, base.dataset.id).map((n) => `${n.depth} ${n.dataset}@${n.number} ${n.rows}`);
    expect(lines()).toEqual([
      '0 base@1 120',
      '1 base@2 108',
      expect.stringMatching(/^2 base-t/),
      expect.stringMatching(/^2 base-t/),
    ]);
    storeRows(store, 'alone', ROWS.slice(0, 2));
    expect(lines()).toHaveLength(4);
    expect(lineageOf(store)).toHaveLength(5);
    removeDataset(store, base.dataset.id);
    const left = lineageOf(store, requireVersion(store, 'base-test').dataset.id);
    expect(left.map((n) => [n.depth, n.dataset, n.id === null])).toEqual([
      [0, 'base', true],
      [1, expect.any(String), false],
      [1, expect.any(String), false],
    ]);
  });
});

it('an operation that is stopped leaves nothing', async () => {
  const stop = new AbortController();
  const many = storeRows(
    store,
    'many',
    Array.from({ length: 3000 }, (_, i) => newPair({ prompt: `p ${i}`, chosen: 'a', rejected: 'b' })),
  );
  const onProgress = () => stop.abort();
  const request = { operation: 'flip-noise', params: {} };
  await expect(deriveVersions(store, [many], request, { signal: stop.signal, onProgress })).rejects.toThrow(/abort/i);
  expect(store.prepare('SELECT count(*) AS n FROM versions').get()).toEqual({ n: 2 });
  expect(store.prepare('SELECT count(*) AS n FROM pairs').get()).toEqual({ n: 3120 });
  expect([...iteratePairs(store, base.version.id)]).toHaveLength(120);
});

it('every operation says what it is', () => {
  for (const { title, summary, params } of operations.all) {
    expect(title).not.toBe('');
    expect(summary).toMatch(/\.$/);
    for (const field of Object.values(params.shape))
      expect((field as { description?: string }).description).toBeTruthy();
  }
});
