/** Models, runs, checkpoints, samples and log: what is written is read, in the contract's shape; full sync while a rating is kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  insertCheckpoint,
  keepCheckpoints,
  latestCheckpoint,
  listCheckpoints,
  removeCheckpointsAfter,
} from '../../../src/main/data/store/checkpoints.ts';
import { appendLog, readLog } from '../../../src/main/data/store/log.ts';
import { getModelByName, insertModel, listModels, removeModel } from '../../../src/main/data/store/models.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import {
  findRunByName,
  getRun,
  insertRun,
  listRuns,
  nextRunName,
  updateRun,
} from '../../../src/main/data/store/runs.ts';
import { appendSamples, deleteSamplesAfter, readSamples } from '../../../src/main/data/store/samples.ts';
import { transaction, type WritableStore, withFullSync } from '../../../src/main/data/store/store.ts';
import { storedModel } from '../../../src/preload/contract/models.ts';
import { runDetail, runSummary } from '../../../src/preload/contract/runs.ts';

let folder: string;
let store: WritableStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-tables-'));
  store = openStore(join(folder, 'plumbline.db'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const none = { model: null, referenceModel: null, dataset: null, group: null };
const run = (id: string, name: string) => ({
  id,
  name,
  method: 'dpo',
  config: { beta: 0.1 },
  ...none,
  maxSteps: 10,
  createdAt: '2026-01-01T00:00:00Z',
  outputDir: `runs/${id}`,
});

describe('runs', () => {
  it('a patch changes its fields alone, and null is a value', () => {
    insertRun(store, { ...run('r', 'dpo-01'), group: 'g', referenceModel: 'base' });
    updateRun(store, 'r', { status: 'failed', error: 'out of memory', secondsLeft: 12, pid: 7 });
    updateRun(store, 'r', { error: null, secondsLeft: null, tokensPerSecond: 800.5, peakMemoryBytes: 2 ** 33 });
    updateRun(store, 'r', {});
    const found = getRun(store, 'r');
    expect(found).toMatchObject({
      status: 'failed',
      error: null,
      secondsLeft: null,
      pid: 7,
      group: 'g',
      referenceModel: 'base',
      maxSteps: 10,
      peakMemoryBytes: 2 ** 33,
      outputDir: 'runs/r',
    });
    runDetail.parse(found);
    for (const summary of listRuns(store)) runSummary.parse(summary);
  });

  it('names take the first free number', () => {
    for (const number of ['01', '02', '04']) insertRun(store, run(number, `offline-dpo-helpful-${number}`));
    expect(nextRunName(store, 'offline-dpo-helpful')).toBe('offline-dpo-helpful-03');
    expect(nextRunName(store, 'ppo')).toBe('ppo-01');
    expect(findRunByName(store, 'offline-dpo-helpful-02')).toBe('02');
    expect(getRun(store, 'nobody')).toBeUndefined();
  });
});

describe('what a run leaves', () => {
  it('checkpoints: the newest, those that are kept, none after a step', () => {
    insertRun(store, run('r', 'n'));
    for (const step of [20, 5, 10])
      insertCheckpoint(store, 'r', { step, folder: `c${step}`, bytes: step, createdAt: 't' });
    const steps = () => listCheckpoints(store, 'r').map((c) => c.step);
    expect(latestCheckpoint(store, 'r')?.folder).toBe('c20');
    removeCheckpointsAfter(store, 'r', 10);
    expect(steps()).toEqual([5, 10]);
    keepCheckpoints(store, 'r', [10]);
    expect(steps()).toEqual([10]);
  });

  it('samples and log in order; samples of steps to be done again go', () => {
    insertRun(store, run('r', 'n'));
    const sample = (step: number, promptIndex: number) => ({
      step,
      promptIndex,
      prompt: 'p',
      completion: 'c',
      tokens: 3,
      reward: 0.5,
      finishReason: 'stop',
    });
    appendSamples(store, 'r', [sample(10, 1), sample(10, 0), sample(5, 0)]);
    expect(readSamples(store, 'r')).toEqual([sample(5, 0), sample(10, 0), sample(10, 1)]);
    deleteSamplesAfter(store, 'r', 5);
    expect(readSamples(store, 'r')).toEqual([sample(5, 0)]);
    const lines = ['b', 'a', 'c'].map((text) => ({ at: 't', level: 'warning' as const, text }));
    appendLog(store, 'r', lines);
    expect(readLog(store, 'r')).toEqual(lines);
  });
});

describe('models', () => {
  it('are found by name until they are removed', () => {
    const model = {
      id: 'm',
      name: 'base',
      family: 'llama',
      parameters: 260_032,
      bytes: 1_040_128,
      vocabulary: 512,
      layers: 5,
      hidden: 64,
      context: 512,
      origin: 'imported',
      runId: null,
      parent: null,
      createdAt: 't',
      folder: 'base',
    };
    insertModel(store, model);
    expect(listModels(store)).toEqual([model]);
    storedModel.parse(getModelByName(store, 'base'));
    expect(removeModel(store, 'm')).toBe(true);
    expect(getModelByName(store, 'base')).toBeUndefined();
  });
});

describe('full sync', () => {
  const level = () => store.db.pragma('synchronous', { simple: true });
  it('holds for its body alone, also when that fails', () => {
    expect(withFullSync(store, level)).toBe(2);
    expect(level()).toBe(1);
    expect(() =>
      withFullSync(store, () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(level()).toBe(1);
  });

  it('refuses to pretend inside a transaction', () => {
    expect(() => transaction(store, () => withFullSync(store, level))).toThrow('inside a transaction');
  });
});
