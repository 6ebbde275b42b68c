/** A run pins the versions it uses: what is imported meanwhile is not its data, and what it uses is not removed unsaid. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deriveVersions } from '../../src/main/data/datasets/derive.ts';
import { lineageOf } from '../../src/main/data/datasets/lineage.ts';
import { removeOneVersion, removeWithVersions } from '../../src/main/data/datasets/remove.ts';
import { listRunData } from '../../src/main/data/store/run-data.ts';
import { getRun, updateRun } from '../../src/main/data/store/runs.ts';
import type { WritableStore } from '../../src/main/data/store/store.ts';
import { insertJob } from '../../src/main/jobs/new-job.ts';
import { namedFiles, pinData } from '../../src/main/jobs/workspace-paths.ts';
import { newPair, openTestStore, storeRows } from '../data/datasets/stored.ts';

let store: WritableStore;
let close: () => void;
let folder: string;
beforeEach(() => {
  ({ store, close } = openTestStore());
  folder = mkdtempSync(join(tmpdir(), 'plumb-run-data-'));
});
afterEach(() => {
  close();
  rmSync(folder, { recursive: true, force: true });
});

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => newPair({ prompt: `p${i}`, chosen: 'x', rejected: 'y' }));
const newRun = (config: Record<string, unknown>, name: string) =>
  insertJob(store, folder, { method: 'dpo', config, name, dataset: 'pairs' });
const filesOf = (id: string) => {
  const run = getRun(store, id);
  if (!run) throw new Error('no run');
  const workspace = { home: folder, database: store.path, models: join(folder, 'models'), runs: folder };
  return namedFiles(store, run, workspace);
};

it('by name, number and hash; a newer version is not taken', () => {
  const first = storeRows(store, 'pairs', rows(3));
  const held = storeRows(store, 'held', rows(2));
  const id = newRun({ method: 'dpo', dataset: 'pairs', eval_dataset: ['held', 'pairs@1'], beta: 0.1 }, 'a');
  const pin = (key: string, name: string, { version }: typeof first, dataset: string) => ({
    key,
    name,
    dataset,
    number: version.number,
    versionId: version.id,
    contentHash: version.contentHash,
  });
  const pinned = [
    pin('dataset', 'pairs', first, 'pairs'),
    pin('eval_dataset', 'held', held, 'held'),
    pin('eval_dataset', 'pairs@1', first, 'pairs'),
  ];
  expect(listRunData(store, id)).toEqual(pinned);
  storeRows(store, 'pairs', rows(5));
  const files = filesOf(id);
  expect(readFileSync(files.pairs, 'utf8').trim().split('\n')).toHaveLength(3);
  // asked again at every start: what is pinned stays
  pinData(store, id, { config: { dataset: 'pairs' }, baseFolder: null });
  expect(getRun(store, id)?.data).toEqual(pinned);
  expect(lineageOf(store, first.dataset.id)[0]).toMatchObject({ number: 1, runs: ['a'] });
});

it('a name that stands for nothing yet is pinned when the run starts', () => {
  const id = newRun({ dataset: 'later' }, 'b');
  expect(listRunData(store, id)).toEqual([]);
  const made = storeRows(store, 'later', rows(1));
  pinData(store, id, { config: { dataset: 'later' }, baseFolder: null });
  expect(listRunData(store, id)).toMatchObject([{ name: 'later', versionId: made.version.id }]);
});

it('what a run used is not removed unsaid, and never while it is not over', async () => {
  const first = storeRows(store, 'pairs', rows(3));
  const [second] = await deriveVersions(store, [first], { operation: 'sample', params: { count: 2 } });
  const id = newRun({ dataset: 'pairs@1' }, 'c');
  const remove = (evenIfUsed: boolean) => removeOneVersion(store, first.version.id, { evenIfUsed });
  for (const status of ['queued', 'running', 'paused'] as const) {
    updateRun(store, id, { status });
    expect(() => remove(true)).toThrow('pairs@1 is used by c, which is not over: stop it first');
    expect(() => removeWithVersions(store, first.dataset.id, { evenIfUsed: true })).toThrow('"pairs" is used by c');
  }
  updateRun(store, id, { status: 'finished' });
  expect(() => remove(false)).toThrow(/pairs@1 was used by c; .* --even-if-used/);
  expect(() => removeWithVersions(store, first.dataset.id, {})).toThrow('"pairs" was used by c');
  // one that no run used goes without a word
  removeOneVersion(store, second.versionId, {});
  remove(true);
  expect(listRunData(store, id)).toMatchObject([
    { dataset: 'pairs', number: 1, contentHash: first.version.contentHash },
  ]);
});

it('a run whose data was removed before it had them says which', () => {
  const first = storeRows(store, 'pairs', rows(3));
  const [had, had2] = [newRun({ dataset: 'pairs' }, 'd'), newRun({ dataset: 'pairs' }, 'e')];
  const { pairs } = filesOf(had);
  for (const id of [had, had2]) updateRun(store, id, { status: 'stopped' });
  removeWithVersions(store, first.dataset.id, { evenIfUsed: true });
  // it goes on with the rows that it was given
  expect(filesOf(had)).toEqual({ pairs });
  expect(existsSync(pairs)).toBe(true);
  expect(() => filesOf(had2)).toThrow(
    `the run was made with pairs@1 (content ${first.version.contentHash.slice(0, 12)}), which was removed`,
  );
});
