/** What a kind of job is (train, quickstart, …) and what the job process gives it to work with. */
import type { Rating, ShownPair } from '../../preload/contract/ratings.ts';
import type { Named } from '../base/registry.ts';
import type { JobEvent, JobSpec, JobWorkspace } from './messages.ts';

/** Thrown by `breathe` when the user asked to stop: let it pass, or catch it to save first. */
export class JobStopped extends Error {
  readonly code = 'stopped';
  constructor() {
    super('stopped by the user');
    this.name = 'JobStopped';
  }
}

export interface JobContext {
  readonly workspace: JobWorkspace;
  /** Collected and sent in batches, at most ten a second. */
  emit(event: JobEvent): void;
  /** Call once a step: lets messages in, waits while paused or while the host cannot keep up, throws `JobStopped` after a stop. */
  breathe(): Promise<void>;
  /** Waits until a person has rated the pairs of a step; throws `JobStopped` after a stop. Pairs that were rated before are answered at once. */
  rate(step: number, pairs: readonly ShownPair[]): Promise<readonly Rating[]>;
  readonly stopRequested: boolean;
  /** Aborted when a stop is asked for. */
  readonly signal: AbortSignal;
}

export interface JobKind extends Named {
  /** The result must be JSON-safe; `{ status: 'stopped' }` in it says that the job ended early because it was asked to. */
  run(job: JobSpec, context: JobContext): Promise<unknown>;
}
