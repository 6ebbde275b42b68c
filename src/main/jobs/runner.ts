/** Runs jobs in processes of their own, one at a time or as many as the cores have room for: begins them in their order, hears them, passes pause, resume and stop on. */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import type { RunEvent, RunSummary } from '../../preload/contract/runs.ts';
import { type RunRecord, removeRun } from '../data/store/runs.ts';
import type { WritableStore } from '../data/store/store.ts';
import { CoreQueue } from './core-queue.ts';
import { type LiveJob, LiveJobs } from './live-jobs.ts';
import type { JobWorkspace } from './messages.ts';
import { createNeighbours, type Neighbours } from './neighbours.ts';
import { insertJob, type NewJob } from './new-job.ts';
import { NOBODY, ownerOf } from './ownership.ts';
import { type EndListener, RunNews } from './run-news.ts';
import {
  RunStateError,
  reconcileCheckpoints,
  recordOf,
  rewindToCheckpoint,
  summaryOf,
  UNFINISHED,
} from './run-record.ts';
import type { SpawnJob } from './spawn.ts';

/** How long a job may take to save itself when the host closes. */
const CLOSE_MS = 20_000;
/** How often runs of other programs, and what they ask of ours, are looked at. */
const LOOK_MS = 500;

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
  cores?(): number;
  /** Key of the judge that a run's config names; goes to its process alone. */
  judgeKeyOf?(run: RunRecord): string | null;
}

export interface RunnerStatus {
  /** The one that has worked longest; one that waits for a person where none works. */
  readonly running: RunSummary | null;
  /** How many run beside it. */
  readonly beside: number;
  readonly queued: number;
  /** Of the job processes. */
  readonly memoryBytes: number;
}

/** Call `start` once after creation, `close` before the store is closed. */
export class JobRunner {
  readonly #options: RunnerOptions;
  readonly #store: WritableStore;
  readonly #news: RunNews;
  readonly #queue: CoreQueue;
  readonly #neighbours: Neighbours;
  readonly #live: LiveJobs;
  #idleWaiters: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#news = new RunNews(options.store);
    this.#queue = new CoreQueue(options.cores ?? availableParallelism);
    this.#live = new LiveJobs({ ...options, queue: this.#queue, news: this.#news, onGone: () => this.#serve() });
    this.#neighbours = createNeighbours({
      store: options.store,
      news: this.#news,
      ours: () => [...new Set([...this.#live.all.map(({ id }) => id), ...this.#queue.waiting])],
      act: (id, action) => this[action](id),
      adopt: (options.adopts ?? true) ? (run, resume) => this.#adopt(run, resume) : undefined,
    });
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
    this.#news.change(id, ownerOf(process.pid));
    this.#enqueue(id, job.resume === true);
    return id;
  }

  pause(id: string): void {
    if (this.#neighbours.asksOwner(id, 'pause')) return;
    this.#mustLive(id, 'paused').process.post({ type: 'pause' });
  }

  /** A paused run goes on; a stopped or failed one continues from its newest checkpoint. */
  resume(id: string): void {
    const mine = this.#live.get(id);
    if (mine) {
      mine.process.post({ type: 'resume' });
      return;
    }
    if (this.#neighbours.asksOwner(id, 'resume')) return;
    const { name, status, outputDir } = recordOf(this.#store, id);
    if (status !== 'stopped' && status !== 'failed')
      throw new RunStateError(`${name} is ${status}: only a paused, stopped or failed run can be resumed`);
    reconcileCheckpoints(this.#store, id, outputDir);
    const step = rewindToCheckpoint(this.#store, id);
    this.#news.change(id, { status: 'queued', ...ownerOf(process.pid) });
    this.#enqueue(id, step > 0);
  }

  /** Saves a checkpoint and ends the run; asked a second time, kills its process. */
  stop(id: string): void {
    if (!this.#live.get(id) && this.#queue.leave(id)) {
      this.#news.change(id, { status: 'stopped', endedAt: new Date().toISOString(), ...NOBODY });
      return;
    }
    if (this.#neighbours.asksOwner(id, 'stop')) return;
    const mine = this.#mustLive(id, 'stopped');
    if (mine.stopping) mine.process.kill();
    else mine.process.post({ type: 'stop' });
    mine.stopping = true;
  }

  /** Waiting runs in the order in which they are to begin; those that are not named come after, as they came. */
  order(ids: readonly string[]): void {
    ids.forEach((id, i) => {
      if (summaryOf(this.#store, id).status === 'queued') this.#news.change(id, { priority: ids.length - i });
    });
    this.#arrange();
    this.#serve();
  }

  #arrange(): void {
    this.#queue.arrange((id) => summaryOf(this.#store, id).priority);
  }

  /** Tags and notes were changed: whoever watches is told. */
  annotated(id: string): void {
    this.#news.change(id, {});
  }

  /** Pairs of this run were rated, or a rating was taken back: the run goes on when nothing waits any more. */
  ratingsChanged(id: string): void {
    const mine = this.#live.get(id);
    if (mine) this.#live.lookForRatings(mine);
    else this.#news.change(id, {});
  }

  /** Removes a run that is over, with its folder. */
  remove(id: string): void {
    const run = recordOf(this.#store, id);
    if (UNFINISHED.includes(run.status))
      throw new RunStateError(`${run.name} is ${run.status}: stop it before it is removed`);
    removeRun(this.#store, id);
    // a run of the command line may have written elsewhere: that folder is its owner's
    if (!relative(this.#options.workspace.runs, run.outputDir).startsWith('..'))
      rmSync(run.outputDir, { recursive: true, force: true });
  }

  /** What happens to one run, from now on; returns a function that ends it. */
  watch(id: string, listener: (event: RunEvent) => void): () => void {
    return this.#news.watch(id, listener);
  }

  /** Every change of any run; returns a function that ends it. */
  onChange(listener: (run: RunSummary) => void): () => void {
    return this.#news.onChange(listener);
  }

  /** How each run of this program ended, after it was recorded; returns a function that ends it. */
  onEnd(listener: EndListener): () => void {
    return this.#news.onEnd(listener);
  }

  status(): RunnerStatus {
    const live = this.#live.all;
    const working = live.filter(({ id }) => this.#queue.has(id));
    const first = working[0] ?? live[0];
    return {
      running: first ? summaryOf(this.#store, first.id) : null,
      beside: Math.max(0, working.length - 1),
      queued: this.#queue.waiting.length,
      memoryBytes: live.reduce((total, { memoryBytes }) => total + memoryBytes, 0),
    };
  }

  /** Settles when nothing runs and nothing waits. */
  idle(): Promise<void> {
    if (this.#live.all.length === 0 && this.#queue.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Stops what runs (it saves a checkpoint) and lets go; queued runs stay queued for the next start. */
  async close(): Promise<void> {
    this.#queue.close();
    clearInterval(this.#timer);
    for (const id of this.#queue.waiting) {
      this.#queue.leave(id);
      if (!this.#live.get(id)) this.#news.change(id, NOBODY);
    }
    if (this.#live.all.length === 0) return;
    const gone = new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    for (const mine of this.#live.all) if (!mine.stopping) this.stop(mine.id);
    const limit = setTimeout(() => {
      for (const mine of this.#live.all) mine.process.kill();
    }, CLOSE_MS);
    await gone;
    clearTimeout(limit);
  }

  #adopt({ id }: RunRecord, resume: boolean): void {
    this.#news.change(id, ownerOf(process.pid));
    this.#enqueue(id, resume);
  }

  #enqueue(id: string, resume: boolean): void {
    const threads = () => this.#options.threadsOf?.(recordOf(this.#store, id)) ?? 0;
    this.#queue.join({ id, threads, begin: (taken) => this.#live.begin(id, taken, resume) });
    this.#arrange();
    this.#serve();
  }

  #serve(): void {
    this.#queue.serve();
    // nothing waits then, unless it came after the queue was closed
    if (this.#live.all.length === 0) for (const done of this.#idleWaiters.splice(0)) done();
  }

  #look(): void {
    for (const mine of this.#live.all) this.#live.lookForRatings(mine);
    this.#neighbours.look();
  }

  #mustLive(id: string, verb: string): LiveJob {
    const mine = this.#live.get(id);
    if (mine) return mine;
    const { name, status } = summaryOf(this.#store, id);
    throw new RunStateError(`${name} is ${status}: only a running run can be ${verb}`);
  }
}
