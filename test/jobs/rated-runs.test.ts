/** Runs that wait for a person, as real job processes: others have their cores meanwhile, and they come again in the order in which they were rated. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processIsAlive } from '../../src/main/base/processes.ts';
import { readLog } from '../../src/main/data/store/log.ts';
import { readMetrics } from '../../src/main/data/store/metrics.ts';
import { openStore } from '../../src/main/data/store/open.ts';
import { waitingItems } from '../../src/main/data/store/rating-items.ts';
import { getRun, type RunRecord } from '../../src/main/data/store/runs.ts';
import type { WritableStore } from '../../src/main/data/store/store.ts';
import { prepareWorkspace, resolveWorkspace, type Workspace } from '../../src/main/host/workspace.ts';
import { giveRatings } from '../../src/main/jobs/rating-desk.ts';
import { JobRunner } from '../../src/main/jobs/runner.ts';
import { forkJobs } from '../../src/main/jobs/spawn.ts';

const fixtures = resolve(import.meta.dirname, '../fixtures');
let workspace: Workspace;
let store: WritableStore;
let runner: JobRunner;

beforeEach(() => {
  workspace = resolveWorkspace(mkdtempSync(join(tmpdir(), 'plumb-rated-')));
  prepareWorkspace(workspace);
  store = openStore(workspace.database);
  runner = startRunner();
});
afterEach(async () => {
  await runner.close();
  store.close();
  rmSync(workspace.home, { recursive: true, force: true });
});

const startRunner = (): JobRunner =>
  new JobRunner({ store, workspace, spawn: forkJobs(join(fixtures, 'countdown-worker.ts')) }).start();

const create = (config: Record<string, unknown>, name: string): string =>
  runner.create({ method: 'countdown', config, name });
const asking = (name: string) => create({ steps: 5, askAt: 3, saveEvery: 2 }, name);

function record(id: string): RunRecord {
  const run = getRun(store, id);
  if (!run) throw new Error(`no run ${id}`);
  return run;
}
const untilStatus = (id: string, status: string) =>
  expect.poll(() => record(id).status, { timeout: 20_000 }).toBe(status);
const untilAsked = (id: string) => expect.poll(() => record(id).ratingsWaiting, { timeout: 20_000 }).toBe(2);
const said = (id: string) => readLog(store, id).map(({ text }) => text);

/** Rates every pair that a run asks about. */
function rate(id: string): void {
  const rating = { verdict: 'a', qualityA: null, qualityB: null, comment: null, rater: 'ada' } as const;
  giveRatings(
    store,
    waitingItems(store, id, 10).map((item) => ({ item, rating })),
  );
  runner.ratingsChanged(id);
}

describe('a run that waits for its person', () => {
  it('lets others run meanwhile, and goes on at once when the cores are free', async () => {
    const asks = asking('asks');
    const others = ['one', 'two'].map((name) => create({ steps: 4 }, name));
    await untilAsked(asks);
    for (const id of others) await untilStatus(id, 'finished');
    expect(record(asks)).toMatchObject({ status: 'running', step: 2, ratingsWaiting: 2 });
    expect(runner.status()).toMatchObject({ running: { id: asks }, beside: 0, queued: 0 });
    rate(asks);
    expect(record(asks).status).toBe('running');
    await runner.idle();
    expect(record(asks)).toMatchObject({ status: 'finished', step: 5 });
    expect(readMetrics(store, asks).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(said(asks).filter((text) => text === 'ada: a')).toHaveLength(2);
  });

  it('comes again behind those who came before its last rating, and before those who come after it', async () => {
    const asks = asking('asks');
    const [second, third] = [asking('second'), create({ steps: 300, sleepMs: 10 }, 'third')];
    await untilAsked(asks);
    await untilAsked(second);
    await untilStatus(third, 'running');
    const fourth = create({ steps: 3 }, 'fourth');
    rate(second);
    rate(asks);
    const fifth = create({ steps: 3 }, 'fifth');
    expect([second, asks, third, fourth, fifth].map((id) => record(id).status)).toEqual([
      'queued',
      'queued',
      'running',
      'queued',
      'queued',
    ]);
    expect(runner.status()).toMatchObject({ running: { id: third }, beside: 0, queued: 4 });
    expect(said(second)).toContain('its pairs are rated; it waits for free cores behind 1 other run');
    expect(said(asks)).toContain('its pairs are rated; it waits for free cores behind 2 other runs');
    const ended: string[] = [];
    runner.onEnd(({ name }) => ended.push(name));
    const alone: string[][] = [];
    runner.onChange(() => {
      const working = [asks, second, third, fourth, fifth].filter((id) => record(id).status === 'running');
      if (working.length > 1) alone.push(working);
    });
    runner.stop(third);
    await runner.idle();
    expect(ended).toEqual(['third', 'fourth', 'second', 'asks', 'fifth']);
    expect(alone).toEqual([]);
  });

  it('is paused and stopped while it waits, for the person or for cores', async () => {
    const asks = asking('asks');
    const long = create({ steps: 2000, sleepMs: 10 }, 'long');
    await untilAsked(asks);
    await untilStatus(long, 'running');
    runner.pause(asks);
    await untilStatus(asks, 'paused');
    rate(asks);
    // a paused run wants no cores
    expect([record(asks).status, runner.status().queued]).toEqual(['paused', 0]);
    runner.resume(asks);
    await untilStatus(asks, 'queued');
    runner.pause(asks);
    await untilStatus(asks, 'paused');
    expect(runner.status().queued).toBe(0);
    runner.resume(asks);
    await untilStatus(asks, 'queued');
    runner.stop(asks);
    await untilStatus(asks, 'stopped');
    expect(record(asks).checkpoints.at(-1)?.step).toBe(2);
    expect([record(long).status, runner.status().queued]).toEqual(['running', 0]);
    runner.resume(asks);
    runner.stop(long);
    await runner.idle();
    expect(record(asks)).toMatchObject({ status: 'finished', step: 5 });
  });

  it('loses neither ratings nor its place of others when its process is killed', async () => {
    const asks = asking('asks');
    const long = create({ steps: 2000, sleepMs: 10 }, 'long');
    await untilAsked(asks);
    await untilStatus(long, 'running');
    rate(asks);
    const next = create({ steps: 3 }, 'next');
    process.kill(Number(record(asks).pid), 'SIGKILL');
    await untilStatus(asks, 'failed');
    expect(record(asks).error).toContain('ended with SIGKILL at step 2; resume from the checkpoint of step 2');
    expect([record(long).status, record(next).status, runner.status().queued]).toEqual(['running', 'queued', 1]);
    runner.resume(asks);
    runner.stop(long);
    await runner.idle();
    expect([record(asks).status, record(next).status]).toEqual(['finished', 'finished']);
    expect(said(asks).filter((text) => text === 'ada: a')).toHaveLength(2);
  });

  it('survives a kill −9 of its program while it waits for cores: the next one takes it up with its ratings', async () => {
    await runner.close();
    const host = fork(join(fixtures, 'host-with-raters.ts'), [workspace.home], { execArgv: [] });
    const [{ asks, long }] = (await once(host, 'message')) as [{ asks: string; long: string }];
    const pids = [asks, long].map((id) => Number(record(id).pid));
    expect(pids.map(processIsAlive)).toEqual([true, true]);
    host.kill('SIGKILL');
    await once(host, 'exit');
    await expect.poll(() => pids.some(processIsAlive), { timeout: 30_000 }).toBe(false);
    runner = startRunner();
    await runner.idle();
    await setTimeout(10);
    expect(record(long).status).toBe('failed');
    expect(record(asks)).toMatchObject({ status: 'finished', step: 8, error: null });
    expect(readMetrics(store, asks).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(said(asks).filter((text) => text === 'ada: a')).toHaveLength(2);
  });
});
