/** Each migration from the version before it, with rows in every table it touches; and the backup that goes before. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYBODY } from '../../../src/main/base/deal-out.ts';
import { findMapping, forgetMapping, keepMapping } from '../../../src/main/data/store/column-mappings.ts';
import { listComparisons, listVerdicts } from '../../../src/main/data/store/comparisons.ts';
import { appendMetrics, readMetrics } from '../../../src/main/data/store/metrics.ts';
import { migrations } from '../../../src/main/data/store/migrations/index.ts';
import { openReadable, openStore } from '../../../src/main/data/store/open.ts';
import { loadDigests } from '../../../src/main/data/store/pair-columns.ts';
import { matchPairs } from '../../../src/main/data/store/pair-matches.ts';
import { countItemsFor, insertQueue, listQueues, nextQueueItem } from '../../../src/main/data/store/queues.ts';
import { listRatings } from '../../../src/main/data/store/ratings.ts';
import { addRunRequest, takeRunRequests } from '../../../src/main/data/store/run-requests.ts';
import { getRun, updateRun } from '../../../src/main/data/store/runs.ts';
import { listSavedComparisons } from '../../../src/main/data/store/saved-comparisons.ts';
import { getVersion } from '../../../src/main/data/store/versions.ts';
import { pairQuery } from '../../../src/preload/contract/datasets.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-migrations-'));
  path = join(folder, 'plumbline.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RUN = `INSERT INTO runs (id, name, method, status, config, created_at, output_dir) VALUES ('r', 'n', 'dpo', 'finished', '{}', 't', 'o')`;

/** A database as the program of that version left it. */
function databaseOf(version: number, ...rows: string[]): void {
  const db = new Database(path);
  for (const { number, sql } of migrations.slice(0, version)) {
    db.exec(sql);
    db.pragma(`user_version = ${number}`);
  }
  db.transaction(() => {
    for (const row of rows) db.exec(row);
  })();
  db.close();
}

const backups = () => readdirSync(join(folder, 'backups')).sort();

describe('migrations', () => {
  it('1: an empty file becomes a database of strict tables', () => {
    databaseOf(1);
    const db = new Database(path);
    const tables = db
      .prepare("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'")
      .all();
    expect(tables).toHaveLength(11);
    expect(tables.every((t) => (t as { strict: number }).strict === 1)).toBe(true);
    db.close();
  });

  it('3: runs keep their process, and may be asked from elsewhere', () => {
    databaseOf(2, RUN, "UPDATE runs SET status = 'running', pid = 7");
    const store = openStore(path);
    expect(getRun(store, 'r')).toMatchObject({ pid: 7, pidStarted: null, baseFolder: null });
    addRunRequest(store, 'r', 'pause');
    addRunRequest(store, 'r', 'stop');
    expect(takeRunRequests(store, ['other'])).toEqual([]);
    expect(takeRunRequests(store, ['r'])).toEqual([
      { runId: 'r', action: 'pause' },
      { runId: 'r', action: 'stop' },
    ]);
    expect(takeRunRequests(store, ['r'])).toEqual([]);
    store.close();
  });

  it('4: runs know their processor time, those of before do not', () => {
    databaseOf(3, RUN);
    const store = openStore(path);
    expect(getRun(store, 'r')?.cpuSeconds).toBe(null);
    updateRun(store, 'r', { cpuSeconds: 1.5 });
    expect(getRun(store, 'r')?.cpuSeconds).toBe(1.5);
    store.close();
  });

  it('5: ratings of before answer no waiting pair, and runs wait for none', () => {
    databaseOf(
      4,
      RUN,
      "INSERT INTO ratings (id, prompt, completion_a, completion_b, verdict, rater, created_at) VALUES ('x', 'p', 'a', 'b', 'tie', 'ada', 't')",
    );
    const store = openStore(path);
    expect(listRatings(store)).toMatchObject([{ id: 'x', itemId: null, verdict: 'tie', rater: 'ada' }]);
    expect(getRun(store, 'r')).toMatchObject({ ratingsWaiting: 0 });
    store.close();
  });

  it('6: ratings of before belong to no queue, have no tags, and queues can be made', () => {
    databaseOf(
      5,
      RUN,
      "INSERT INTO ratings (id, prompt, completion_a, completion_b, verdict, rater, created_at) VALUES ('x', 'p', 'a', 'b', 'tie', 'ada', 't')",
    );
    const store = openStore(path);
    expect(store.prepare('SELECT queue_item, tags, flipped FROM ratings').all()).toEqual([
      { queue_item: null, tags: '[]', flipped: 0 },
    ]);
    const queue = { kind: 'dataset', models: ['x', 'y'], versionId: null, dataset: null, judge: null } as const;
    const rest = { runId: null, folder: null, dealing: EVERYBODY, createdAt: 't' };
    const item = { prompt: 'p', first: 'f', second: 's', firstModel: 'x', secondModel: 'y', sourceRow: 3 };
    insertQueue(store, { id: 'q', name: 'q', ...queue, ...rest }, [item]);
    expect(nextQueueItem(store, 'q', 'ada')).toMatchObject({ ...item, position: 0, judged: null });
    store.close();
  });

  it('7: a workspace of before has kept no mapping, and keeps one from then on', () => {
    databaseOf(6, RUN);
    const store = openStore(path);
    expect(findMapping(store, 's')).toBe(undefined);
    const kept = { signature: 's', format: 'columns', mapping: { prompt: 'ask', margin: '' }, source: 'a.csv' };
    keepMapping(store, kept);
    keepMapping(store, { ...kept, format: 'trl' });
    expect(findMapping(store, 's')).toMatchObject({ ...kept, format: 'trl' });
    forgetMapping(store, 's');
    expect(findMapping(store, 's')).toBe(undefined);
    expect(getRun(store, 'r')).toMatchObject({ status: 'finished' });
    store.close();
  });

  it('9: runs have no tags, notes or priority yet, comparisons of before are of no runs, and none is saved', () => {
    databaseOf(
      8,
      RUN,
      "INSERT INTO comparisons (task, a, b, n, win, tie, loss, win_rate, low, high, mean_reward_a, mean_reward_b, judge, created_at) VALUES ('helpful', 'a', 'b', 2, 1, 0, 1, 0.5, 0.1, 0.9, 1, 1, 'gold', 't')",
    );
    const store = openStore(path);
    expect(listComparisons(store)).toMatchObject([{ a: 'a', b: 'b', interval: [0.1, 0.9] }]);
    expect(listVerdicts(store, ['a', 'b'])).toEqual([]);
    expect(listSavedComparisons(store)).toEqual([]);
    expect(store.db.prepare('SELECT tags, notes, priority FROM runs').all()).toEqual([
      { tags: '[]', notes: '', priority: 0 },
    ]);
    store.close();
  });

  it('10: versions of before are read, filtered and searched without index and columns', () => {
    const pairs = ['red fox', 'blue fox'].map(
      (prompt, i) =>
        `INSERT INTO pairs (version_id, idx, prompt, chosen, rejected, chat, tie, metadata, file) VALUES ('v', ${i}, '${prompt}', 'a', 'bc', 0, ${i}, '{}', 'f')`,
    );
    databaseOf(
      9,
      RUN,
      "INSERT INTO datasets VALUES ('d', 'd', 'preference', 'trl', 's', 't')",
      "INSERT INTO versions (id, dataset_id, number, rows, prompts, ties, duplicates, created_at, recipe, content_hash) VALUES ('v', 'd', 1, 2, 2, 1, 0, 't', 'imported', 'h')",
      ...pairs,
    );
    const store = openStore(path);
    expect(getVersion(store, 'v')).toMatchObject({ rows: 2, derivation: null });
    const ask = (query: object) => [...matchPairs(store, 'v', pairQuery.parse(query))];
    expect(ask({ search: 'BLUE' })).toEqual([1]);
    expect(ask({ tags: ['tie'] })).toEqual([1]);
    expect(ask({ tags: ['longer-rejected'], length: { least: 2 } })).toEqual([0, 1]);
    expect(getRun(store, 'r')?.data).toEqual([]);
    store.close();
  });

  it('12: everybody rates all pairs of a queue of before, and what was said stays', () => {
    databaseOf(
      11,
      "INSERT INTO queues (id, name, kind, models, created_at) VALUES ('q', 'q', 'models', '[]', 't')",
      ...[1, 2].map(
        (id) =>
          `INSERT INTO queue_items (id, queue_id, position, prompt, first, second, first_model, second_model) VALUES (${id}, 'q', ${id - 1}, 'p', 'f', 's', 'x', 'y')`,
      ),
      "INSERT INTO ratings (id, queue_item, prompt, completion_a, completion_b, verdict, rater, created_at) VALUES ('r', 1, 'p', 'f', 's', 'a', 'ada', 't')",
    );
    const store = openStore(path);
    expect(listQueues(store)).toMatchObject([{ id: 'q', dealing: EVERYBODY }]);
    expect(nextQueueItem(store, 'q', 'ada')).toMatchObject({ id: 2, needed: null });
    expect(nextQueueItem(store, 'q', 'bob')).toMatchObject({ id: 1 });
    expect(['ada', 'bob'].map((rater) => countItemsFor(store, 'q', rater))).toEqual([2, 2]);
    expect(store.prepare('SELECT verdict, rater, queue_item AS item FROM ratings').all()).toEqual([
      { verdict: 'a', rater: 'ada', item: 1 },
    ]);
    store.close();
  });

  it('11: duplicates of versions of before are found by their texts', () => {
    const packed =
      "INSERT INTO pair_columns VALUES ('v', 0, 3, zeroblob(36), zeroblob(72), zeroblob(3), '[\"\"]', zeroblob(36))";
    databaseOf(
      10,
      "INSERT INTO datasets VALUES ('d', 'd', 'preference', 'trl', 's', 't')",
      "INSERT INTO versions (id, dataset_id, number, rows, prompts, ties, duplicates, created_at, recipe, content_hash) VALUES ('v', 'd', 1, 3, 2, 0, 1, 't', 'imported', 'h')",
      ...['fox', 'hen', 'fox'].map(
        (prompt, i) =>
          `INSERT INTO pairs (version_id, idx, prompt, chosen, rejected, chat, tie, metadata, file) VALUES ('v', ${i}, '${prompt}', 'a', 'b', 0, 0, '{}', 'f')`,
      ),
      packed,
    );
    const store = openStore(path);
    expect(loadDigests(store, 'v', 3)).toBeNull();
    expect([...matchPairs(store, 'v', pairQuery.parse({ tags: ['duplicate'] }))]).toEqual([0, 2]);
    store.close();
  });

  it('2: curves written as rows are read as before, and packed when the run goes on', () => {
    const steps = Array.from({ length: 600 }, (_, i) => i + 1);
    const points = steps.map(
      (step) => `INSERT INTO metrics VALUES ('r', ${step}, 0, ${step / 2}, '{"loss":${1 / step}}')`,
    );
    databaseOf(1, RUN, ...points);
    const store = openStore(path);
    const before = readMetrics(store, 'r');
    expect(before.map((p) => p.values.loss)).toEqual(steps.map((step) => 1 / step));
    const next = { step: 601, seconds: 300.5, evaluation: false, values: { loss: 0 } };
    appendMetrics(store, 'r', [next]);
    expect(store.db.prepare('SELECT count(*) AS n FROM metric_chunks').get()).toEqual({ n: 1 });
    expect(readMetrics(store, 'r')).toEqual([...before, next]);
    store.close();
  });

  it('8: runs keep their plan and the time of a step, those of before have neither', () => {
    databaseOf(7, RUN);
    const store = openStore(path);
    expect(getRun(store, 'r')).toMatchObject({ plan: null, secondsPerStep: null });
    const plan = {
      parameters: 10,
      trained: 5,
      sequences: 2,
      length: 64,
      memory: { weights: 40 },
      peakMemoryBytes: 40,
      memoryLimitBytes: 100,
      gradientCheckpointing: true,
      flopsPerStep: 1e6,
      secondsPerStep: 0.5,
    };
    updateRun(store, 'r', { plan, secondsPerStep: 0.25 });
    expect(getRun(store, 'r')).toMatchObject({ plan, secondsPerStep: 0.25 });
    store.close();
  });

  it('a failed migration leaves the version and the rows of before', () => {
    // a table of that name is in the way
    databaseOf(1, RUN, 'CREATE TABLE metric_chunks (x INTEGER) STRICT');
    expect(() => openStore(path)).toThrow(/metric_chunks already exists/);
    const db = new Database(path);
    expect(db.pragma('user_version', { simple: true })).toBe(1);
    expect(db.prepare('SELECT id FROM runs').all()).toEqual([{ id: 'r' }]);
    db.close();
  });

  it('two programs that start at once both find a finished database', async () => {
    const open = new URL('../../../src/main/data/store/open.ts', import.meta.url).href;
    const script = `const { openStore } = await import(${JSON.stringify(open)}); openStore(${JSON.stringify(path)}).close();`;
    const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await Promise.all([start(), start(), start()]);
    const db = new Database(path);
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
    db.close();
  });
});

describe('the backup before a migration', () => {
  it('holds every row of the old version', () => {
    databaseOf(1, RUN);
    openStore(path).close();
    expect(backups()).toEqual([expect.stringMatching(/^plumbline-v1-\d{4}-\d\d-\d\dT[\d-]+Z\.db$/)]);
    const copy = new Database(join(folder, 'backups', backups()[0]), { readonly: true });
    expect(copy.pragma('user_version', { simple: true })).toBe(1);
    expect(copy.prepare('SELECT id, name FROM runs').all()).toEqual([{ id: 'r', name: 'n' }]);
    copy.close();
  });

  it('keeps the newest five and touches nothing that it did not write', () => {
    mkdirSync(join(folder, 'backups'));
    const old = [9, 10, 11, 12, 13, 14].map(
      (day) => `plumbline-v${day}-2020-01-${String(day).padStart(2, '0')}T00-00-00-000Z.db`,
    );
    for (const name of [...old, 'mine.db']) writeFileSync(join(folder, 'backups', name), '');
    databaseOf(1, RUN);
    openStore(path).close();
    const kept = backups();
    expect(kept.filter((name) => name !== 'mine.db')).toHaveLength(5);
    expect(kept).toContain('mine.db');
    expect(kept).toContain(old[5]);
    expect(kept).not.toContain(old[0]);
    expect(kept).not.toContain(old[1]);
  });

  it('is not made of a new database', () => {
    openStore(path).close();
    expect(existsSync(join(folder, 'backups'))).toBe(false);
  });
});

describe('a reader', () => {
  it('asks for the app when the database is older than the program', () => {
    databaseOf(1);
    expect(() => openReadable(path)).toThrow(/has version 1, this program reads \d+\. Start the app once/);
  });

  it('says so when there is no database', () => {
    expect(() => openReadable(path)).toThrow('there is no database yet');
  });
});
