/** The runner against real job processes and a real database: queue, pause, resume, stop, kills, a dead host, back-pressure. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processIsAlive } from '../../src/main/base/processes.ts';
import { listCheckpoints } from '../../src/main/data/store/checkpoints.ts';
import { readLog } from '../../src/main/data/store/log.ts';
import { readMetrics } from '../../src/main/data/store/metrics.ts';
import { openStore } from '../../src/main/data/store/open.ts';
import { findRunByName, getRun, listRuns, type RunRecord, updateRun } from '../../src/main/data/store/runs.ts';
import type { WritableStore } from '../../src/main/data/store/store.ts';
import { prepareWorkspace, resolveWorkspace, type Workspace } from '../../src/main/host/workspace.ts';
import { JobRunner } from '../../src/main/jobs/runner.ts';
import { forkJobs } from '../../src/main/jobs/spawn.ts';
import type { RunEvent, RunSummary } from '../../src/preload/contract/runs.ts';

const fixtures = resolve(import.meta.dirname, '../fixtures');
let workspace: Workspace;
let store: WritableStore;
let runner: JobRunner;

const startRunner = (): JobRunner =>
  new JobRunner({
    store,
    workspace,
    spawn: forkJobs(join(fixtures, 'countdown-worker.ts')),
  }).start();

beforeEach(() => {
  workspace = resolveWorkspace(mkdtempSync(join(tmpdir(), 'plumb-jobs-')));
  prepareWorkspace(workspace);
  store = openStore(workspace.database);
  runner = startRunner();
});

afterEach(async () => {
  await runner.close();
  store.close();
  rmSync(workspace.home, { recursive: true, force: true });
});

const create = (config: Record<string, unknown>, name?: string): string =>
  runner.create({ method: 'countdown', config, name });

function record(id: string): RunRecord {
  const run = getRun(store, id);
  if (!run) throw new Error(`no run ${id}`);
  return run;
}

/** Settles at the first summary that fits. */
function until(id: string, fits: (run: RunSummary) => boolean): Promise<RunSummary> {
  return new Promise((done) => {
    const end = runner.onChange((run) => {
      if (run.id !== id || !fits(run)) return;
      end();
      done(run);
    });
  });
}

describe('a run', () => {
  it('goes to its end and leaves metrics, log, facts and result', async () => {
    const id = create({ steps: 20, sleepMs: 1 });
    expect(record(id).status).toBe('running');
    await runner.idle();
    const run = record(id);
    expect(run).toMatchObject({ name: 'countdown-01', status: 'finished', step: 20, maxSteps: 20, error: null });
    expect(run).toMatchObject({ tokensPerSecond: 12.5, peakMemoryBytes: 1024, pid: null });
    expect(run.latest).toEqual({ 'loss/left': 0, diverged: null });
    expect(readMetrics(store, id).map((p) => p.step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(readLog(store, id).map((l) => l.text)).toEqual(['started: 20 steps', 'from 0', 'finished at step 20']);
  });

  it('waits until the one before it is done', async () => {
    const first = create({ steps: 20, sleepMs: 2 });
    const second = create({ steps: 2 });
    expect(record(second).status).toBe('queued');
    expect(runner.status().queued).toBe(1);
    await runner.idle();
    expect(String(record(first).endedAt) <= String(record(second).startedAt)).toBe(true);
  });

  it('begins in the order that is asked for, which outlives the program', async () => {
    const first = create({ steps: 30, sleepMs: 3 });
    const [a, b, c] = [1, 2, 3].map(() => create({ steps: 1 }));
    runner.order([c, a]);
    expect([a, b, c].map((id) => record(id).priority)).toEqual([1, 0, 2]);
    const late = create({ steps: 1 });
    await runner.idle();
    const begun = [a, b, c, late].sort((x, y) => (String(record(x).startedAt) < String(record(y).startedAt) ? -1 : 1));
    expect(begun).toEqual([c, a, b, late]);
    expect(record(first).status).toBe('finished');
    // a run that has begun is not queued any more: nothing happens to it
    runner.order([first]);
    expect(record(first).priority).toBe(0);
  });

  it('of one thread goes beside others while there are cores; one of all cores waits for them and goes alone', async () => {
    await runner.close();
    runner = new JobRunner({
      store,
      workspace,
      spawn: forkJobs(join(fixtures, 'countdown-worker.ts')),
      threadsOf: (run) => Number(run.config.threads),
      cores: () => 2,
    }).start();
    const small = [1, 2, 3].map(() => create({ steps: 40, sleepMs: 5, threads: 1 }));
    const whole = create({ steps: 5, threads: 0 });
    const last = create({ steps: 5, threads: 1 });
    expect([...small, whole, last].map((id) => record(id).status)).toEqual([
      'running',
      'running',
      'queued',
      'queued',
      'queued',
    ]);
    expect(runner.status()).toMatchObject({ running: { id: small[0] }, beside: 1, queued: 3 });
    await runner.idle();
    const of = (id: string, key: 'startedAt' | 'endedAt') => String(record(id)[key]);
    expect([...small, whole, last].map((id) => record(id).status)).toEqual(new Array(5).fill('finished'));
    // in the order they came, and the one of all cores with nobody beside it
    expect(of(small[2], 'startedAt') >= [of(small[0], 'endedAt'), of(small[1], 'endedAt')].sort()[0]).toBe(true);
    for (const id of small) expect(of(id, 'endedAt') <= of(whole, 'startedAt')).toBe(true);
    expect(of(whole, 'endedAt') <= of(last, 'startedAt')).toBe(true);
  });

  it('is stopped alone; the one beside it goes on', async () => {
    await runner.close();
    const spawn = forkJobs(join(fixtures, 'countdown-worker.ts'));
    runner = new JobRunner({ store, workspace, spawn, threadsOf: () => 1, cores: () => 2 }).start();
    const [first, second] = [1, 2].map(() => create({ steps: 60, sleepMs: 10 }));
    await until(first, (run) => run.step >= 3);
    runner.pause(second);
    await until(second, (run) => run.status === 'paused');
    runner.stop(first);
    await until(first, (run) => run.status === 'stopped');
    expect(record(second).status).toBe('paused');
    runner.resume(second);
    await runner.idle();
    expect(record(second)).toMatchObject({ status: 'finished', step: 60 });
    expect(record(second).cpuSeconds).toBeGreaterThan(0);
  });

  it('that throws fails with the reason, and the next one runs', async () => {
    const id = create({ steps: 5, throwAt: 3 });
    const next = create({ steps: 1 });
    await runner.idle();
    expect(record(id)).toMatchObject({ status: 'failed', error: 'the numbers ran out', step: 2 });
    expect(record(next).status).toBe('finished');
  });

  it('whose process exits says with which code and what it wrote last', async () => {
    const id = create({ steps: 50, sleepMs: 15, exitAt: 45, saveEvery: 10 });
    await runner.idle();
    expect(record(id).error).toMatch(
      /^the job process ended with code 7 at step \d+ \(something native gave up\); resume from the checkpoint of step \d0$/,
    );
  });

  it('has a name that is free, and refuses one that is taken or no folder name', () => {
    create({ steps: 1 }, 'mine');
    expect(() => create({ steps: 1 }, 'mine')).toThrow('there is a run named "mine" already');
    expect(() => create({ steps: 1 }, '../mine')).toThrow('cannot name a run');
  });
});

describe('pause, resume, stop', () => {
  it('pauses without moving and goes on', async () => {
    const id = create({ steps: 100, sleepMs: 10 });
    await until(id, (run) => run.step >= 3);
    runner.pause(id);
    const paused = await until(id, (run) => run.status === 'paused');
    const before = paused.step;
    await setTimeout(300);
    expect(record(id).step).toBe(before);
    runner.resume(id);
    await until(id, (run) => run.status === 'running' && run.step > before);
    runner.stop(id);
    await runner.idle();
    expect(record(id).status).toBe('stopped');
  });

  it('stops with a checkpoint and resumes from it to the same curve', async () => {
    const id = create({ steps: 40, sleepMs: 10 });
    await until(id, (run) => run.step >= 5);
    runner.stop(id);
    await runner.idle();
    const [checkpoint] = listCheckpoints(store, id);
    expect(record(id)).toMatchObject({ status: 'stopped', step: checkpoint.step });
    runner.resume(id);
    await runner.idle();
    expect(record(id)).toMatchObject({ status: 'finished', step: 40, error: null });
    expect(readMetrics(store, id).map((p) => p.step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const said = readLog(store, id).map((l) => l.text);
    expect(said.at(-2)).toBe(`from ${checkpoint.step}`);
    expect(said).toContainEqual(expect.stringMatching(new RegExp(`^checkpoint of step ${checkpoint.step}, \\d+ kB$`)));
    expect(said).toContain(`stopped at step ${checkpoint.step}`);
  });

  it('stops while paused, and before it has begun', async () => {
    const first = create({ steps: 1000, sleepMs: 10 });
    const second = create({ steps: 1 });
    runner.stop(second);
    expect(record(second).status).toBe('stopped');
    runner.pause(first);
    await until(first, (run) => run.status === 'paused');
    runner.stop(first);
    await runner.idle();
    expect(record(first).status).toBe('stopped');
  });

  it('refuses what a state does not allow, and runs that are not there', async () => {
    const id = create({ steps: 1 });
    expect(() => runner.remove(id)).toThrow('stop it before it is removed');
    await runner.idle();
    expect(() => runner.pause(id)).toThrow('countdown-01 is finished: only a running run can be paused');
    expect(() => runner.resume(id)).toThrow('only a paused, stopped or failed run can be resumed');
    expect(() => runner.stop('nobody')).toThrow('there is no run "nobody"');
  });

  it('removes a finished run with its folder', async () => {
    const id = create({ steps: 4, saveEvery: 2 });
    await runner.idle();
    const { outputDir } = record(id);
    expect(existsSync(outputDir)).toBe(true);
    runner.remove(id);
    expect(existsSync(outputDir)).toBe(false);
    expect(listRuns(store)).toEqual([]);
  });
});

describe('kills', () => {
  it('names the signal, the step and the checkpoint, and resumes from there', async () => {
    const id = create({ steps: 60, sleepMs: 10, saveEvery: 10 });
    await until(id, (run) => run.step >= 23);
    const { pid } = record(id);
    process.kill(Number(pid), 'SIGKILL');
    await runner.idle();
    const run = record(id);
    const last = run.checkpoints.at(-1)?.step;
    expect(run).toMatchObject({ status: 'failed', pid: null });
    expect(run.error).toBe(
      `the job process ended with SIGKILL at step ${run.step}; resume from the checkpoint of step ${last}`,
    );
    runner.resume(id);
    await runner.idle();
    expect(record(id)).toMatchObject({ status: 'finished', step: 60, error: null });
    expect(readMetrics(store, id)).toHaveLength(60);
  });

  it('takes SIGTERM of the job process as a wish to stop', async () => {
    const id = create({ steps: 1000, sleepMs: 10 });
    await until(id, (run) => run.step >= 2);
    process.kill(Number(record(id).pid), 'SIGTERM');
    await runner.idle();
    expect(record(id).status).toBe('stopped');
    expect(listCheckpoints(store, id)).toHaveLength(1);
  });

  it('leaves no job process behind when its host is killed, and the next host can resume', async () => {
    await runner.close();
    const host = fork(join(fixtures, 'host-that-dies.ts'), [workspace.home], { execArgv: [] });
    const [{ id }] = (await once(host, 'message')) as [{ id: string }];
    const worker = Number(record(id).pid);
    expect(processIsAlive(worker)).toBe(true);
    host.kill('SIGKILL');
    await once(host, 'exit');
    await expect.poll(() => processIsAlive(worker), { timeout: 30_000 }).toBe(false);
    runner = startRunner();
    expect(record(id).status).toBe('failed');
    expect(record(id).error).toMatch(
      /^the program ended while this run was at step \d+; resume from the checkpoint of step \d+$/,
    );
    await runner.idle();
    expect(record(findRunByName(store, 'waiting') ?? '').status).toBe('finished');
    runner.resume(id);
    await until(id, (run) => run.status === 'running' && run.step > 15);
    runner.stop(id);
    await runner.idle();
  });

  it('saves and stops what runs when the host closes', async () => {
    const id = create({ steps: 1000, sleepMs: 10 });
    const waiting = create({ steps: 1 });
    await until(id, (run) => run.step >= 2);
    await runner.close();
    expect(record(id).status).toBe('stopped');
    expect(record(waiting).status).toBe('queued');
    runner = startRunner();
    await runner.idle();
    expect(record(waiting).status).toBe('finished');
  });

  it('closes although what ended last brings the next run', async () => {
    const id = create({ steps: 1000, sleepMs: 10 });
    let next = '';
    runner.onEnd(() => {
      next = create({ steps: 1 });
    });
    await until(id, (run) => run.step >= 2);
    await runner.close();
    expect([record(id).status, record(next).status]).toEqual(['stopped', 'queued']);
  });
});

describe('two programs on one workspace', () => {
  /** A runner as a command of another terminal has it. */
  const beside = (): JobRunner =>
    new JobRunner({
      store: openStore(workspace.database),
      workspace,
      spawn: () => {
        throw new Error('it minds its own runs');
      },
      adopts: false,
    }).start();

  it('stop, pause and resume reach the program that has the run', async () => {
    await runner.close();
    const host = fork(join(fixtures, 'host-that-dies.ts'), [workspace.home], { execArgv: [] });
    try {
      const [{ id }] = (await once(host, 'message')) as [{ id: string }];
      const waiting = findRunByName(store, 'waiting') ?? '';
      const other = beside();
      other.pause(id);
      await expect.poll(() => record(id).status, { timeout: 30_000 }).toBe('paused');
      other.resume(id);
      await expect.poll(() => record(id).status, { timeout: 30_000 }).toBe('running');
      expect(() => other.remove(id)).toThrow('stop it before it is removed');
      other.stop(waiting);
      await expect.poll(() => record(waiting).status, { timeout: 30_000 }).toBe('stopped');
      other.stop(id);
      await expect.poll(() => record(id).status, { timeout: 30_000 }).toBe('stopped');
      expect(record(id).checkpoints.at(-1)?.step).toBe(record(id).step);
      await other.close();
    } finally {
      host.kill('SIGKILL');
    }
  });

  it('what happens elsewhere is seen here, curve and end included', async () => {
    const other = beside();
    const summaries: RunSummary[] = [];
    const steps: number[] = [];
    const id = create({ steps: 150, sleepMs: 10 });
    other.onChange((run) => summaries.push(run));
    other.watch(id, (event) => event.type === 'metrics' && steps.push(...event.points.map((p) => p.step)));
    await runner.idle();
    await expect.poll(() => summaries.at(-1)?.status, { timeout: 30_000 }).toBe('finished');
    expect(summaries.length).toBeGreaterThan(2);
    const first = steps[0];
    expect(first).toBeLessThan(150);
    expect(steps).toEqual(Array.from({ length: 151 - first }, (_, i) => first + i));
    await other.close();
  });

  it('a process that was given the number of a dead one is not taken for it', async () => {
    const id = create({ steps: 1000, sleepMs: 10 });
    await until(id, (run) => run.step >= 1);
    const other = beside();
    // this very process lives, but it was not started then
    updateRun(store, id, { pid: process.ppid, pidStarted: 1 });
    await expect.poll(() => record(id).status, { timeout: 30_000 }).toBe('failed');
    expect(record(id).error).toContain('the program ended while this run was at step');
    await other.close();
  });

  it('what a dead program left waiting is left to the app', async () => {
    const id = create({ steps: 1000, sleepMs: 10 });
    const waiting = create({ steps: 1 });
    await until(id, (run) => run.step >= 1);
    await runner.close();
    updateRun(store, waiting, { pid: 2 ** 22 + 1, pidStarted: null });
    const other = beside();
    await setTimeout(1200);
    expect(record(waiting).status).toBe('queued');
    await other.close();
  });
});

describe('watching', () => {
  it('sends at most ten messages a second however fast the job reports', async () => {
    const events: RunEvent[] = [];
    const begun = Date.now();
    const id = create({ steps: 3000, sleepMs: 0, burst: 5 });
    runner.watch(id, (event) => events.push(event));
    await runner.idle();
    const seconds = (Date.now() - begun) / 1000;
    const metrics = events.filter((e) => e.type === 'metrics');
    expect(metrics.flatMap((e) => e.points)).toHaveLength(15_000);
    expect(metrics.length).toBeLessThan(3 + 5 * seconds);
    expect(readMetrics(store, id)).toHaveLength(3000);
  });

  it('ends with its listener', async () => {
    const events: RunEvent[] = [];
    const id = create({ steps: 3 });
    runner.watch(id, (event) => events.push(event))();
    await runner.idle();
    expect(events).toEqual([]);
  });
});
