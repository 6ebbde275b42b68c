/** The store on a real file: migrations, damage, versions newer than the program, rows that survive. */
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertComparison, listComparisons } from '../../../src/main/data/store/comparisons.ts';
import { appendLog, readLog } from '../../../src/main/data/store/log.ts';
import {
  appendMetrics,
  deleteMetricsAfter,
  readMetrics,
  readMetricsDownsampled,
} from '../../../src/main/data/store/metrics.ts';
import { migrations } from '../../../src/main/data/store/migrations/index.ts';
import { openReadable, openStore } from '../../../src/main/data/store/open.ts';
import { insertRatings, listRatings } from '../../../src/main/data/store/ratings.ts';
import { getRun, insertRun, listRuns, nextRunName, removeRun, updateRun } from '../../../src/main/data/store/runs.ts';
import { appendSamples, readSamples } from '../../../src/main/data/store/samples.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-store-'));
  path = join(folder, 'plumbline.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = {
  id: 'r1',
  name: 'dpo-01',
  method: 'dpo',
  config: { beta: 0.1 },
  model: 'ref',
  referenceModel: null,
  dataset: 'd',
  group: null,
  maxSteps: 10,
  createdAt: '2026-01-01T00:00:00Z',
  outputDir: '/somewhere',
};

describe('opening', () => {
  it('numbers migrations 1, 2, 3 … and ends at the newest', () => {
    expect(migrations.map((m) => m.number)).toEqual(migrations.map((_, i) => i + 1));
    const store = openStore(path);
    expect(store.db.pragma('user_version', { simple: true })).toBe(migrations.length);
    expect(store.db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(store.db.pragma('foreign_keys', { simple: true })).toBe(1);
    store.close();
  });

  it('refuses a file that is no database and says what to do', () => {
    writeFileSync(path, 'this is not a database, whatever its name says'.repeat(100));
    expect(() => openStore(path)).toThrow(/cannot be opened as a database.*Move it away/);
  });

  it('refuses a damaged database', () => {
    const store = openStore(path);
    insertRun(store, run);
    appendLog(
      store,
      'r1',
      Array.from({ length: 500 }, (_, i) => ({ at: 't', level: 'info', text: `line ${i} `.repeat(20) })),
    );
    store.db.pragma('wal_checkpoint(TRUNCATE)');
    store.close();
    const db = new Database(path);
    const size =
      (db.pragma('page_count', { simple: true }) as number) * (db.pragma('page_size', { simple: true }) as number);
    db.close();
    const junk = Buffer.alloc(Math.floor(size / 2), 0x5a);
    const fd = openSync(path, 'r+');
    writeSync(fd, junk, 0, junk.length, 8192);
    closeSync(fd);
    expect(() => openStore(path)).toThrow(/damaged|malformed|cannot be opened/);
  });

  it('refuses a database written by a newer program and leaves it alone', () => {
    openStore(path).close();
    const db = new Database(path);
    db.pragma('user_version = 999');
    db.close();
    expect(() => openStore(path)).toThrow(/newer version of the program \(999/);
  });

  it('makes no backup when there is nothing to migrate', () => {
    openStore(path).close();
    openStore(path).close();
    expect(readdirSync(folder)).not.toContain('backups');
  });

  it('a reader cannot write', () => {
    openStore(path).close();
    const reader = openReadable(path);
    expect(() => reader.db.exec('DELETE FROM runs')).toThrow(/readonly/);
    reader.close();
  });
});

describe('runs and what they report', () => {
  it('keeps a run with its patches, and everything goes with it when it is removed', () => {
    const store = openStore(path);
    insertRun(store, run);
    updateRun(store, 'r1', { status: 'running', step: 3, latest: { loss: 0.5, bad: null } });
    appendMetrics(store, 'r1', [
      { step: 1, seconds: 0.1, evaluation: false, values: { loss: 0.69, 'rewards/margins': Number.NaN } },
    ]);
    appendSamples(store, 'r1', [
      { step: 0, promptIndex: 0, prompt: 'p', completion: 'c', tokens: 1, reward: null, finishReason: 'eos' },
    ]);
    appendLog(store, 'r1', [{ at: 't', level: 'info', text: 'hello' }]);
    expect(getRun(store, 'r1')).toMatchObject({
      status: 'running',
      step: 3,
      config: { beta: 0.1 },
      latest: { loss: 0.5, bad: null },
      checkpoints: [],
    });
    expect(readMetrics(store, 'r1')[0].values).toEqual({ loss: 0.69, 'rewards/margins': null });
    expect(readSamples(store, 'r1')).toHaveLength(1);
    expect(nextRunName(store, 'dpo')).toBe('dpo-02');
    removeRun(store, 'r1');
    expect(listRuns(store)).toEqual([]);
    expect(readMetrics(store, 'r1')).toEqual([]);
    expect(readLog(store, 'r1')).toEqual([]);
    store.close();
  });

  it('down-sampling keeps each metric’s extremes, the ends and every evaluation', () => {
    const store = openStore(path);
    insertRun(store, run);
    const points = Array.from({ length: 10_000 }, (_, i) => ({
      step: i + 1,
      seconds: i,
      evaluation: false,
      values: { loss: i === 5000 ? 99 : Math.sin(i) },
    }));
    appendMetrics(store, 'r1', [...points, { step: 7000, seconds: 1, evaluation: true, values: { eval_loss: 1 } }]);
    const few = readMetricsDownsampled(store, 'r1', 200);
    expect(few.length).toBeLessThanOrEqual(205);
    expect(few.some((p) => p.values.loss === 99)).toBe(true);
    expect(few[0].step).toBe(1);
    expect(few.at(-1)?.step).toBe(10_000);
    expect(few.filter((p) => p.evaluation)).toHaveLength(1);
    deleteMetricsAfter(store, 'r1', 10);
    expect(readMetrics(store, 'r1')).toHaveLength(10);
    store.close();
  });

  it('ratings and comparisons come back as they were written', () => {
    const store = openStore(path);
    const rating = {
      id: 'x',
      itemId: null,
      prompt: 'p',
      completionA: 'a',
      completionB: 'b',
      modelA: 'm',
      modelB: null,
      verdict: 'tie' as const,
      qualityA: 4,
      qualityB: null,
      rater: 'me',
      comment: null,
      createdAt: '2026-01-01T00:00:00Z',
    };
    insertRatings(store, [rating]);
    expect(listRatings(store)).toEqual([rating]);
    const row = {
      task: 'helpful',
      a: 'x',
      b: 'y',
      n: 10,
      win: 5,
      tie: 3,
      loss: 2,
      winRate: 0.65,
      interval: [0.4, 0.8] as [number, number],
      meanRewardA: 1,
      meanRewardB: 0,
      judge: 'gold',
      createdAt: 't',
    };
    insertComparison(store, row);
    expect(listComparisons(store)).toEqual([row]);
    store.close();
  });
});
