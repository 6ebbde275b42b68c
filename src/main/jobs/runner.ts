/** Runs jobs one at a time in processes of their own: queue, pause, resume, stop, crashes, and a record of all of it in the store. */

import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { RunEvent, RunSummary } from '../../preload/contract/runs.ts';
import { processIsAlive } from '../base/processes.ts';
import {
  findRunByName,
  getRun,
  insertRun,
  listRuns,
  nextRunName,
  type RunPatch,
  type RunRecord,
  removeRun,
  updateRun,
} from '../data/store/runs.ts';
import type { WritableStore } from '../data/store/store.ts';
import type { FromJob, JobOutcome, JobWorkspace } from './messages.ts';
import {
  afterCrash,
  forgetMissingCheckpoints,
  recordEvents,
  rewindToCheckpoint,
  summaryOf,
  UnknownRun,
} from './run-record.ts';
import type { JobExit, JobProcess, SpawnJob } from './spawn.ts';

/** How long a job may take to save itself when the host closes. */
const CLOSE_MS = 20_000;
/** How often runs of other processes are looked after. */
const SWEEP_MS = 5_000;
const UNFINISHED = ['running', 'paused', 'queued'];

/** The run is not in a state that allows what was asked. */
export class RunStateError extends Error {
  readonly code = 'wrong_state';
  constructor(message: string) {
    super(message);
    this.name = 'RunStateError';
  }
}

export interface NewJob {
  /** A training method, or another kind of job (`jobs/kinds`). */
  readonly method: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Refused when taken; without one, `nameBase` (else the method) gets a number. */
  readonly name?: string;
  readonly nameBase?: string;
  readonly model?: string | null;
  readonly referenceModel?: string | null;
  readonly dataset?: string | null;
  /** Runs started together share a group. */
  readonly group?: string | null;
  readonly maxSteps?: number;
}

export interface RunnerOptions {
  readonly store: WritableStore;
  readonly workspace: JobWorkspace;
  readonly spawn: SpawnJob;
  /** What the host does with a result, e.g. register the model; an error here fails the run. */
  onResult?(run: RunRecord, result: unknown): void;
}

export interface RunnerStatus {
  readonly running: RunSummary | null;
  readonly queued: number;
  /** Of the job process. */
  readonly memoryBytes: number;
}

interface Current {
  readonly id: string;
  readonly process: JobProcess;
  readonly startedAt: number;
  outcome?: JobOutcome;
  stopping: boolean;
  memoryBytes: number;
}

/** Call `start` once after creation, `close` before the store is closed. */
export class JobRunner {
  readonly #options: RunnerOptions;
  readonly #queue: { readonly id: string; readonly resume: boolean }[] = [];
  readonly #watchers = new Map<string, Set<(event: RunEvent) => void>>();
  readonly #listeners = new Set<(run: RunSummary) => void>();
  #idleWaiters: (() => void)[] = [];
  #current: Current | undefined;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  get #store(): WritableStore {
    return this.#options.store;
  }

  /** Takes care of runs that a dead host left behind, now and from time to time. */
  start(): this {
    this.#sweep();
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
    return this;
  }

  /** Queues a job; returns the run's id. */
  create(job: NewJob): string {
    const id = randomUUID();
    const name = this.#nameOf(job);
    insertRun(this.#store, {
      id,
      name,
      method: job.method,
      config: job.config,
      model: job.model ?? null,
      referenceModel: job.referenceModel ?? null,
      dataset: job.dataset ?? null,
      group: job.group ?? null,
      maxSteps: job.maxSteps ?? 0,
      createdAt: new Date().toISOString(),
      outputDir: join(this.#options.workspace.runs, name),
    });
    this.#change(id, { pid: process.pid });
    this.#enqueue(id, false);
    return id;
  }

  #nameOf({ name, nameBase, method }: NewJob): string {
    if (name === undefined) return nextRunName(this.#store, nameBase ?? method);
    // the name becomes a folder
    if (!/^[\w][\w.-]{0,99}$/.test(name))
      throw new RunStateError(`"${name}" cannot name a run: letters, digits, ".", "_" and "-", at most 100`);
    if (findRunByName(this.#store, name)) throw new RunStateError(`there is a run named "${name}" already`);
    return name;
  }

  pause(id: string): void {
    this.#mustBeCurrent(id, 'paused').process.post({ type: 'pause' });
  }

  /** A paused run goes on; a stopped or failed one continues from its newest checkpoint. */
  resume(id: string): void {
    if (this.#current?.id === id) {
      this.#current.process.post({ type: 'resume' });
      return;
    }
    const { name, status } = summaryOf(this.#store, id);
    if (status !== 'stopped' && status !== 'failed')
      throw new RunStateError(`${name} is ${status}: only a paused, stopped or failed run can be resumed`);
    forgetMissingCheckpoints(this.#store, id, existsSync);
    const step = rewindToCheckpoint(this.#store, id);
    this.#change(id, { status: 'queued', pid: process.pid });
    this.#enqueue(id, step > 0);
  }

  /** Saves a checkpoint and ends the run; asked a second time, kills its process. */
  stop(id: string): void {
    const waiting = this.#queue.findIndex((q) => q.id === id);
    if (waiting >= 0) {
      this.#queue.splice(waiting, 1);
      this.#change(id, { status: 'stopped', endedAt: new Date().toISOString(), pid: null });
      return;
    }
    const mine = this.#mustBeCurrent(id, 'stopped');
    if (mine.stopping) mine.process.kill();
    else mine.process.post({ type: 'stop' });
    mine.stopping = true;
  }

  /** Removes a run that is over, with its folder. */
  remove(id: string): void {
    const run = this.#recordOf(id);
    if (UNFINISHED.includes(run.status))
      throw new RunStateError(`${run.name} is ${run.status}: stop it before it is removed`);
    removeRun(this.#store, id);
    // a run of the command line may have written elsewhere: that folder is its owner's
    if (!relative(this.#options.workspace.runs, run.outputDir).startsWith('..'))
      rmSync(run.outputDir, { recursive: true, force: true });
  }

  /** What happens to one run, from now on; returns a function that ends it. */
  watch(id: string, listener: (event: RunEvent) => void): () => void {
    const set = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) this.#watchers.delete(id);
    };
  }

  /** Every change of any run; returns a function that ends it. */
  onChange(listener: (run: RunSummary) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): RunnerStatus {
    return {
      running: this.#current ? summaryOf(this.#store, this.#current.id) : null,
      queued: this.#queue.length,
      memoryBytes: this.#current?.memoryBytes ?? 0,
    };
  }

  /** Settles when nothing runs and nothing waits. */
  idle(): Promise<void> {
    if (!this.#current && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Stops what runs (it saves a checkpoint) and lets go; queued runs stay queued for the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const mine = this.#current;
    if (!mine) return;
    const gone = new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    if (!mine.stopping) this.stop(mine.id);
    const limit = setTimeout(() => mine.process.kill(), CLOSE_MS);
    await gone;
    clearTimeout(limit);
  }

  #enqueue(id: string, resume: boolean): void {
    this.#queue.push({ id, resume });
    this.#pump();
  }

  /** Takes the next run of the queue when nothing runs. */
  #pump(): void {
    if (this.#current) return;
    const next = this.#closed ? undefined : this.#queue.shift();
    if (next) this.#begin(this.#recordOf(next.id), next.resume);
    else for (const done of this.#idleWaiters.splice(0)) done();
  }

  #begin(run: RunRecord, resume: boolean): void {
    const { workspace, spawn } = this.#options;
    const job = spawn();
    const mine: Current = { id: run.id, process: job, startedAt: Date.now(), stopping: false, memoryBytes: 0 };
    this.#current = mine;
    job.onMessage((message) => this.#receive(mine, message));
    job.onExit((exit) => this.#end(mine, exit));
    const startedAt = run.startedAt ?? new Date().toISOString();
    this.#change(run.id, { status: 'running', startedAt, endedAt: null, error: null, pid: process.pid });
    const { id: runId, name, method: kind, config, outputDir } = run;
    const spec = { kind, runId, name, config, outputDir, resume };
    job.post({ type: 'start', job: spec, workspace });
  }

  #receive(mine: Current, message: FromJob): void {
    if (message.type === 'events') {
      mine.memoryBytes = message.memoryBytes;
      this.#tell(mine.id, recordEvents(this.#store, mine.id, message.events, new Date()));
      mine.process.post({ type: 'ack', batch: message.batch });
    } else if (message.type === 'begun') this.#change(mine.id, { pid: message.pid });
    else if (message.type === 'paused') this.#change(mine.id, { status: 'paused', secondsLeft: null });
    else if (message.type === 'resumed') this.#change(mine.id, { status: 'running' });
    else {
      mine.outcome = message.outcome;
      mine.process.post({ type: 'goodbye' });
    }
  }

  #end(mine: Current, exit: JobExit): void {
    this.#current = undefined;
    forgetMissingCheckpoints(this.#store, mine.id, existsSync);
    const run = this.#recordOf(mine.id);
    this.#finish(mine, run, this.#accept(run, mine.outcome ?? this.#crashOf(mine, run, exit)));
    this.#pump();
  }

  /** Lets the host use the result. */
  #accept(run: RunRecord, outcome: JobOutcome): JobOutcome {
    if (outcome.status === 'failed') return outcome;
    try {
      this.#options.onResult?.(run, outcome.result);
      return outcome;
    } catch (error) {
      const message = `the job was done, but its result could not be kept: ${error instanceof Error ? error.message : error}`;
      return { status: 'failed', error: { code: 'internal', message } };
    }
  }

  #finish(mine: Current, run: RunRecord, outcome: JobOutcome): void {
    const error = outcome.status === 'failed' ? outcome.error.message : null;
    if (error) this.#log(run.id, error);
    this.#change(run.id, {
      status: outcome.status,
      error,
      endedAt: new Date().toISOString(),
      secondsLeft: null,
      seconds: (run.seconds ?? 0) + (Date.now() - mine.startedAt) / 1000,
      pid: null,
      ...(outcome.status === 'failed' ? {} : factsOf(outcome.result)),
    });
  }

  /** The outcome of a process that ended without saying why. */
  #crashOf(mine: Current, run: RunRecord, exit: JobExit): JobOutcome {
    if (mine.stopping && exit.signal === 'SIGKILL') return { status: 'stopped', result: null };
    const how = exit.signal ? `with ${exit.signal}` : `with code ${exit.code}`;
    const words = exit.lastWords ? ` (${exit.lastWords.split('\n').slice(-3).join(' ')})` : '';
    const message = `the job process ended ${how} at step ${run.step}${words}; ${afterCrash(this.#store, run.id)}`;
    return { status: 'failed', error: { code: 'crashed', message } };
  }

  /** Runs of hosts that are no more: begun ones failed, waiting ones wait here. */
  #sweep(): void {
    for (const { id, status } of listRuns(this.#store)) {
      if (!UNFINISHED.includes(status) || id === this.#current?.id || this.#queue.some((q) => q.id === id)) continue;
      const run = this.#recordOf(id);
      if (run.pid !== null && run.pid !== process.pid && processIsAlive(run.pid)) continue;
      if (status === 'queued') {
        this.#change(id, { pid: process.pid });
        this.#enqueue(id, run.checkpoints.length > 0);
      } else this.#orphaned(run);
    }
  }

  #orphaned(run: RunRecord): void {
    forgetMissingCheckpoints(this.#store, run.id, existsSync);
    const error = `the program ended while this run was at step ${run.step}; ${afterCrash(this.#store, run.id)}`;
    this.#log(run.id, error);
    const endedAt = new Date().toISOString();
    this.#change(run.id, { status: 'failed', error, endedAt, secondsLeft: null, pid: null });
  }

  #mustBeCurrent(id: string, verb: string): Current {
    if (this.#current?.id === id) return this.#current;
    const { name, status } = summaryOf(this.#store, id);
    throw new RunStateError(`${name} is ${status}: only a running run can be ${verb}`);
  }

  #recordOf(id: string): RunRecord {
    const run = getRun(this.#store, id);
    if (!run) throw new UnknownRun(id);
    return run;
  }

  #log(id: string, text: string): void {
    const now = new Date();
    const line = { at: now.toISOString(), level: 'error', text } as const;
    this.#tell(id, recordEvents(this.#store, id, [{ type: 'log', line }], now));
  }

  #change(id: string, patch: RunPatch): void {
    updateRun(this.#store, id, patch);
    this.#tell(id, [{ type: 'summary', run: summaryOf(this.#store, id) }]);
  }

  #tell(id: string, events: readonly RunEvent[]): void {
    for (const listener of this.#watchers.get(id) ?? []) for (const event of events) listener(event);
    for (const event of events) if (event.type === 'summary') for (const each of this.#listeners) each(event.run);
  }
}

/** Speed and memory, where a job's result names them. */
function factsOf(result: unknown): RunPatch {
  if (typeof result !== 'object' || result === null) return {};
  const { tokens_per_second: speed, peak_memory_bytes: memory } = result as Record<string, unknown>;
  return {
    ...(typeof speed === 'number' && Number.isFinite(speed) ? { tokensPerSecond: speed } : {}),
    ...(typeof memory === 'number' ? { peakMemoryBytes: Math.round(memory) } : {}),
  };
}
