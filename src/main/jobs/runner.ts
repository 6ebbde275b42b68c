/** Runs jobs in processes of their own, one at a time or as many as the cores have room for: queue, pause, resume, stop, crashes, and a record of all of it in the store. */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import type { LogLine, RunEvent, RunSummary } from '../../preload/contract/runs.ts';
import { addRunRequest, type RunAction, takeRunRequests } from '../data/store/run-requests.ts';
import { getRun, listUnfinishedRuns, type RunPatch, type RunRecord, removeRun, updateRun } from '../data/store/runs.ts';
import type { WritableStore } from '../data/store/store.ts';
import { createForeignRuns, type ForeignRuns } from './foreign-runs.ts';
import type { FromJob, JobOutcome, JobWorkspace } from './messages.ts';
import { insertJob, type NewJob } from './new-job.ts';
import { NOBODY, ownerLives, ownerOf } from './ownership.ts';
import { ratingsFor, waitForRatings } from './rating-desk.ts';
import {
  afterCrash,
  RunStateError,
  reconcileCheckpoints,
  recordEvents,
  rewindToCheckpoint,
  summaryOf,
  UnknownRun,
} from './run-record.ts';
import type { JobExit, JobProcess, SpawnJob } from './spawn.ts';
import { namedFiles } from './workspace-paths.ts';

/** How long a job may take to save itself when the host closes. */
const CLOSE_MS = 20_000;
/** How often runs of other programs, and what they ask of ours, are looked at. */
const LOOK_MS = 500;
const UNFINISHED = ['running', 'paused', 'queued'];

export interface RunnerOptions {
  readonly store: WritableStore;
  readonly workspace: JobWorkspace;
  readonly spawn: SpawnJob;
  /** What the host does with a result, e.g. register the model; an error here fails the run. */
  onResult?(run: RunRecord, result: unknown): void;
  /** Whether runs that a dead program left waiting are run here; the app does, a command minds its own run. */
  readonly adopts?: boolean;
  /** Threads of one operator in a run's process; 0, or nothing said, is all cores. */
  threadsOf?(run: RunRecord): number;
  /** What threads are counted against; this machine's when absent. */
  readonly cores?: number;
}

type EndListener = (run: RunRecord, outcome: JobOutcome) => void;

export interface RunnerStatus {
  /** The one that has run longest. */
  readonly running: RunSummary | null;
  /** How many run beside it. */
  readonly beside: number;
  readonly queued: number;
  /** Of the job processes. */
  readonly memoryBytes: number;
}

interface Current {
  readonly id: string;
  readonly process: JobProcess;
  /** 0: all cores. */
  readonly threads: number;
  readonly startedAt: number;
  outcome?: JobOutcome;
  cpuSeconds?: number;
  /** The step whose pairs a person is to rate, and how many waited when that was last told. */
  asked?: { readonly step: number; readonly waiting: number };
  stopping: boolean;
  memoryBytes: number;
}

/** Call `start` once after creation, `close` before the store is closed. */
export class JobRunner {
  readonly #options: RunnerOptions;
  readonly #queue: { readonly id: string; readonly resume: boolean }[] = [];
  readonly #watchers = new Map<string, Set<(event: RunEvent) => void>>();
  readonly #listeners = new Set<(run: RunSummary) => void>();
  readonly #endListeners = new Set<EndListener>();
  #idleWaiters: (() => void)[] = [];
  /** By id, in the order they were begun. */
  readonly #running = new Map<string, Current>();
  #closed = false;
  readonly #foreign: ForeignRuns;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#foreign = createForeignRuns(options.store);
  }

  get #store(): WritableStore {
    return this.#options.store;
  }

  /** Takes care of runs that a dead host left behind, now and from time to time. */
  start(): this {
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    return this;
  }

  /** Queues a job; returns the run's id. */
  create(job: NewJob): string {
    const id = insertJob(this.#store, this.#options.workspace.runs, job);
    this.#change(id, ownerOf(process.pid));
    this.#enqueue(id, job.resume === true);
    return id;
  }

  pause(id: string): void {
    if (this.#asksOwner(id, 'pause')) return;
    this.#mustRun(id, 'paused').process.post({ type: 'pause' });
  }

  /** A paused run goes on; a stopped or failed one continues from its newest checkpoint. */
  resume(id: string): void {
    const mine = this.#running.get(id);
    if (mine) {
      mine.process.post({ type: 'resume' });
      return;
    }
    if (this.#asksOwner(id, 'resume')) return;
    const { name, status, outputDir } = this.#recordOf(id);
    if (status !== 'stopped' && status !== 'failed')
      throw new RunStateError(`${name} is ${status}: only a paused, stopped or failed run can be resumed`);
    reconcileCheckpoints(this.#store, id, outputDir);
    const step = rewindToCheckpoint(this.#store, id);
    this.#change(id, { status: 'queued', ...ownerOf(process.pid) });
    this.#enqueue(id, step > 0);
  }

  /** Saves a checkpoint and ends the run; asked a second time, kills its process. */
  stop(id: string): void {
    const waiting = this.#queue.findIndex((q) => q.id === id);
    if (waiting >= 0) {
      this.#queue.splice(waiting, 1);
      this.#change(id, { status: 'stopped', endedAt: new Date().toISOString(), ...NOBODY });
      return;
    }
    if (this.#asksOwner(id, 'stop')) return;
    const mine = this.#mustRun(id, 'stopped');
    if (mine.stopping) mine.process.kill();
    else mine.process.post({ type: 'stop' });
    mine.stopping = true;
  }

  /** Pairs of this run were rated, or a rating was taken back: the run goes on when nothing waits any more. */
  ratingsChanged(id: string): void {
    const mine = this.#running.get(id);
    if (mine?.asked) this.#answer(mine, mine.asked.step);
    this.#change(id, {});
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

  /** How each run of this program ended, after it was recorded; returns a function that ends it. */
  onEnd(listener: EndListener): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  status(): RunnerStatus {
    const running = [...this.#running.values()];
    return {
      running: running.length > 0 ? summaryOf(this.#store, running[0].id) : null,
      beside: Math.max(0, running.length - 1),
      queued: this.#queue.length,
      memoryBytes: running.reduce((total, { memoryBytes }) => total + memoryBytes, 0),
    };
  }

  /** Settles when nothing runs and nothing waits. */
  idle(): Promise<void> {
    if (this.#running.size === 0 && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Stops what runs (it saves a checkpoint) and lets go; queued runs stay queued for the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const { id } of this.#queue) this.#change(id, NOBODY);
    const running = [...this.#running.values()];
    if (running.length === 0) return;
    const gone = new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    for (const mine of running) if (!mine.stopping) this.stop(mine.id);
    const limit = setTimeout(() => {
      for (const mine of this.#running.values()) mine.process.kill();
    }, CLOSE_MS);
    await gone;
    clearTimeout(limit);
  }

  #enqueue(id: string, resume: boolean): void {
    this.#queue.push({ id, resume });
    this.#pump();
  }

  /** Begins runs in the order of the queue while the cores have room; who comes first does not wait for who comes later. */
  #pump(): void {
    while (!this.#closed && this.#queue.length > 0) {
      const run = this.#recordOf(this.#queue[0].id);
      const threads = this.#options.threadsOf?.(run) ?? 0;
      if (!this.#hasRoom(threads)) return;
      this.#begin(run, threads, this.#queue.shift()?.resume === true);
    }
    if (this.#running.size === 0) for (const done of this.#idleWaiters.splice(0)) done();
  }

  /** A run of all cores runs alone. */
  #hasRoom(threads: number): boolean {
    const taken = [...this.#running.values()].map((mine) => mine.threads);
    if (taken.length === 0) return true;
    if (threads === 0 || taken.includes(0)) return false;
    return threads + taken.reduce((a, b) => a + b) <= (this.#options.cores ?? availableParallelism());
  }

  #begin(run: RunRecord, threads: number, resume: boolean): void {
    const { workspace, spawn } = this.#options;
    const files = this.#filesOf(run);
    if (files instanceof Error) {
      this.#failUnstarted(run, files);
      return;
    }
    const job = spawn();
    const mine: Current = { id: run.id, process: job, threads, startedAt: Date.now(), stopping: false, memoryBytes: 0 };
    this.#running.set(run.id, mine);
    job.onMessage((message) => this.#receive(mine, message));
    job.onExit((exit) => this.#end(mine, exit));
    const startedAt = run.startedAt ?? new Date().toISOString();
    this.#change(run.id, { status: 'running', startedAt, endedAt: null, error: null, ...ownerOf(process.pid) });
    const { id: runId, name, method: kind, config, outputDir, baseFolder } = run;
    const spec = { kind, runId, name, config, outputDir, baseFolder, files, resume, threads };
    job.post({ type: 'start', job: spec, workspace });
  }

  #filesOf(run: RunRecord): Record<string, string> | Error {
    try {
      return namedFiles(this.#store, run, this.#options.workspace);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** What the run needs could not be laid out; no process was started. */
  #failUnstarted(run: RunRecord, { message }: Error): void {
    this.#log(run.id, message);
    this.#change(run.id, { status: 'failed', error: message, endedAt: new Date().toISOString(), ...NOBODY });
    const ended = this.#recordOf(run.id);
    const outcome: JobOutcome = { status: 'failed', error: { code: 'internal', message } };
    for (const listener of this.#endListeners) listener(ended, outcome);
  }

  #receive(mine: Current, message: FromJob): void {
    if (message.type === 'events') {
      mine.memoryBytes = message.memoryBytes;
      this.#tell(mine.id, recordEvents(this.#store, mine.id, message.events, new Date()));
      mine.process.post({ type: 'ack', batch: message.batch });
    } else if (message.type === 'begun') this.#change(mine.id, ownerOf(message.pid));
    else if (message.type === 'ask') {
      const changed = waitForRatings(this.#store, mine.id, message);
      if (changed) this.#log(mine.id, changed, 'warning');
      this.#answer(mine, message.step);
      this.#change(mine.id, { secondsLeft: null });
    } else if (message.type === 'paused') {
      this.#log(mine.id, 'paused', 'info');
      this.#change(mine.id, { status: 'paused', secondsLeft: null });
    } else if (message.type === 'resumed') {
      this.#log(mine.id, 'resumed', 'info');
      this.#change(mine.id, { status: 'running' });
    } else {
      mine.outcome = message.outcome;
      mine.cpuSeconds = message.cpuSeconds;
      mine.process.post({ type: 'goodbye' });
    }
  }

  /** Gives the job the ratings of the step it waits for, once they are complete; whoever gave them. */
  #answer(mine: Current, step: number): void {
    const ratings = ratingsFor(this.#store, mine.id, step);
    mine.asked = ratings ? undefined : { step, waiting: summaryOf(this.#store, mine.id).ratingsWaiting };
    if (ratings) mine.process.post({ type: 'ratings', step, ratings });
  }

  #end(mine: Current, exit: JobExit): void {
    this.#running.delete(mine.id);
    reconcileCheckpoints(this.#store, mine.id, this.#recordOf(mine.id).outputDir);
    const run = this.#recordOf(mine.id);
    const outcome = this.#accept(run, mine.outcome ?? this.#crashOf(mine, run, exit));
    this.#finish(mine, run, outcome);
    const ended = this.#recordOf(mine.id);
    for (const listener of this.#endListeners) listener(ended, outcome);
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
    else this.#log(run.id, `${outcome.status} at step ${run.step}`, 'info');
    this.#change(run.id, {
      status: outcome.status,
      error,
      endedAt: new Date().toISOString(),
      secondsLeft: null,
      seconds: (run.seconds ?? 0) + (Date.now() - mine.startedAt) / 1000,
      ...(mine.cpuSeconds === undefined ? {} : { cpuSeconds: (run.cpuSeconds ?? 0) + mine.cpuSeconds }),
      ...NOBODY,
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

  readonly #isOurs = (id: string): boolean => this.#running.has(id) || this.#queue.some((q) => q.id === id);

  /** Other programs on this workspace: what they ask of our runs, what theirs did, and what dead ones left. */
  #look(): void {
    const ours = [...this.#running.keys(), ...this.#queue.map((q) => q.id)];
    this.#lookForRatings();
    if (ours.length > 0) for (const { runId, action } of takeRunRequests(this.#store, ours)) this.#obey(runId, action);
    this.#sweep();
    for (const [id, events] of this.#foreign.news(this.#isOurs)) this.#tell(id, events);
  }

  /** Ratings may come from any program on this workspace. */
  #lookForRatings(): void {
    for (const { id, asked } of [...this.#running.values()])
      if (asked && summaryOf(this.#store, id).ratingsWaiting !== asked.waiting) this.ratingsChanged(id);
  }

  /** A wish that the run's state no longer allows is dropped: whoever asked sees that state. */
  #obey(id: string, action: RunAction): void {
    try {
      this[action](id);
    } catch (error) {
      if (!(error instanceof RunStateError)) throw error;
    }
  }

  /** Leaves a wish for the program that has the run; false when that is this one, or nobody. */
  #asksOwner(id: string, action: RunAction): boolean {
    const run = this.#recordOf(id);
    if (this.#isOurs(id) || !UNFINISHED.includes(run.status) || !ownerLives(run)) return false;
    addRunRequest(this.#store, id, action);
    return true;
  }

  /** Runs of programs that are no more: begun ones failed, waiting ones wait here. */
  #sweep(): void {
    for (const { id, status } of listUnfinishedRuns(this.#store)) {
      if (this.#isOurs(id)) continue;
      const run = this.#recordOf(id);
      if (ownerLives(run)) continue;
      if (status !== 'queued') this.#orphaned(run);
      else if (this.#options.adopts ?? true) {
        this.#change(id, ownerOf(process.pid));
        this.#enqueue(id, run.checkpoints.length > 0);
      }
    }
  }

  #orphaned(run: RunRecord): void {
    reconcileCheckpoints(this.#store, run.id, run.outputDir);
    const error = `the program ended while this run was at step ${run.step}; ${afterCrash(this.#store, run.id)}`;
    this.#log(run.id, error);
    const endedAt = new Date().toISOString();
    this.#change(run.id, { status: 'failed', error, endedAt, secondsLeft: null, ...NOBODY });
  }

  #mustRun(id: string, verb: string): Current {
    const mine = this.#running.get(id);
    if (mine) return mine;
    const { name, status } = summaryOf(this.#store, id);
    throw new RunStateError(`${name} is ${status}: only a running run can be ${verb}`);
  }

  #recordOf(id: string): RunRecord {
    const run = getRun(this.#store, id);
    if (!run) throw new UnknownRun(id);
    return run;
  }

  #log(id: string, text: string, level: LogLine['level'] = 'error'): void {
    const now = new Date();
    const line = { at: now.toISOString(), level, text } as const;
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
