/** Runs whose processes live in this program's care: begun, heard, and recorded at their end. */
import type { Rating } from '../../preload/contract/ratings.ts';
import type { RunPatch, RunRecord } from '../data/store/runs.ts';
import type { WritableStore } from '../data/store/store.ts';
import type { CoreQueue } from './core-queue.ts';
import type { FromJob, JobOutcome, JobWorkspace } from './messages.ts';
import { ownerOf } from './ownership.ts';
import { createRatingTurns, type RatingTurns } from './rating-turns.ts';
import { accepted, crashOf, endPatch, timePatch, unstarted } from './run-end.ts';
import type { RunNews } from './run-news.ts';
import { reconcileCheckpoints, recordOf } from './run-record.ts';
import type { JobExit, JobProcess, SpawnJob } from './spawn.ts';
import { namedFiles, pinData } from './workspace-paths.ts';

export interface LiveJob {
  readonly id: string;
  readonly process: JobProcess;
  /** 0: all cores. */
  readonly threads: number;
  readonly startedAt: number;
  outcome?: JobOutcome;
  cpuSeconds?: number;
  /** The step whose pairs a person is to rate, and how many waited when that was last told. */
  asked?: { readonly step: number; waiting: number };
  /** The person has answered; the job gets it together with its cores. */
  rated?: { readonly step: number; readonly ratings: readonly Rating[] };
  stopping: boolean;
  memoryBytes: number;
}

export interface LiveJobsOptions {
  readonly store: WritableStore;
  readonly workspace: JobWorkspace;
  readonly spawn: SpawnJob;
  readonly queue: CoreQueue;
  readonly news: RunNews;
  /** What the host does with a result; an error here fails the run. */
  onResult?(run: RunRecord, result: unknown): void;
  /** Key of the judge that a run's config names; goes to its process alone. */
  judgeKeyOf?(run: RunRecord): string | null;
  /** A process is gone and recorded. */
  onGone(): void;
}

export class LiveJobs {
  readonly #options: LiveJobsOptions;
  /** By id, in the order they were begun. */
  readonly #jobs = new Map<string, LiveJob>();
  readonly #ratings: RatingTurns;

  constructor(options: LiveJobsOptions) {
    this.#options = options;
    this.#ratings = createRatingTurns(options.store, options.queue, options.news);
  }

  /** In the order they were begun. */
  get all(): readonly LiveJob[] {
    return [...this.#jobs.values()];
  }

  get(id: string): LiveJob | undefined {
    return this.#jobs.get(id);
  }

  /** Starts the process of a run whose turn has come. `resume`: from its newest checkpoint. */
  begin(id: string, threads: number, resume: boolean): void {
    const { store, workspace, spawn, news } = this.#options;
    const run = recordOf(store, id);
    let files: Readonly<Record<string, string>>;
    try {
      pinData(store, id, run);
      files = namedFiles(store, run, workspace);
    } catch (error) {
      this.#options.queue.giveBack(id);
      this.#finish(run, unstarted(error));
      return;
    }
    const job = spawn();
    const mine: LiveJob = { id, process: job, threads, startedAt: Date.now(), stopping: false, memoryBytes: 0 };
    this.#jobs.set(id, mine);
    job.onMessage((message) => this.#receive(mine, message));
    job.onExit((exit) => this.#end(mine, exit));
    const startedAt = run.startedAt ?? new Date().toISOString();
    news.change(id, { status: 'running', startedAt, endedAt: null, error: null, ...ownerOf(process.pid) });
    const { name, method: kind, config, outputDir, baseFolder } = run;
    const judgeKey = this.#options.judgeKeyOf?.(run) ?? undefined;
    const spec = { kind, runId: id, name, config, outputDir, baseFolder, files, resume, threads, judgeKey };
    job.post({ type: 'start', job: spec, workspace });
  }

  /** Whether pairs of a job were rated, by whichever program on this workspace. */
  lookForRatings(mine: LiveJob): void {
    this.#ratings.look(mine);
  }

  #receive(mine: LiveJob, message: FromJob): void {
    const { news } = this.#options;
    const { id } = mine;
    switch (message.type) {
      case 'begun':
        news.change(id, ownerOf(message.pid));
        break;
      case 'events':
        mine.memoryBytes = message.memoryBytes;
        news.record(id, message.events);
        mine.process.post({ type: 'ack', batch: message.batch });
        break;
      case 'ask':
        this.#ratings.ask(mine, message);
        break;
      case 'paused':
        news.log(id, 'paused', 'info');
        news.change(id, { status: 'paused', secondsLeft: null });
        this.#ratings.paused(mine);
        break;
      case 'resumed':
        news.log(id, 'resumed', 'info');
        news.change(id, { status: 'running' });
        this.#ratings.resumed(mine);
        break;
      case 'ended':
        mine.outcome = message.outcome;
        mine.cpuSeconds = message.cpuSeconds;
        mine.process.post({ type: 'goodbye' });
    }
  }

  #end(mine: LiveJob, exit: JobExit): void {
    const { store, queue, onResult, onGone } = this.#options;
    this.#jobs.delete(mine.id);
    queue.leave(mine.id);
    queue.giveBack(mine.id);
    reconcileCheckpoints(store, mine.id, recordOf(store, mine.id).outputDir);
    const run = recordOf(store, mine.id);
    const outcome = accepted(mine.outcome ?? crashOf(store, mine, run, exit), (result) => onResult?.(run, result));
    this.#finish(run, outcome, timePatch(mine, run));
    onGone();
  }

  /** Records the end of a run, then tells of it. */
  #finish(run: RunRecord, outcome: JobOutcome, more: RunPatch = {}): void {
    const { store, news } = this.#options;
    if (outcome.status === 'failed') news.log(run.id, outcome.error.message);
    else news.log(run.id, `${outcome.status} at step ${run.step}`, 'info');
    news.change(run.id, { ...endPatch(outcome), ...more });
    news.ended(recordOf(store, run.id), outcome);
  }
}
