/** What a host and a job process say to each other: plain JSON, both ways. */
import type { Rating, ShownPair } from '../../preload/contract/ratings.ts';
import type { LogLine, MetricPoint, RunPlan, RunSample } from '../../preload/contract/runs.ts';

/** Folders of the workspace that a job may use; it writes its own output folder only. */
export interface JobWorkspace {
  readonly home: string;
  readonly database: string;
  readonly models: string;
  readonly runs: string;
}

/** What a job process is asked to do: `kind` is an entry of `jobs/kinds`, or a training method. */
export interface JobSpec {
  readonly kind: string;
  readonly runId: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Absolute. */
  readonly outputDir: string;
  /** What relative paths of the config are relative to; null where it holds names of the workspace only. */
  readonly baseFolder: string | null;
  /** Absolute paths of the models and datasets that the config names. */
  readonly files: Readonly<Record<string, string>>;
  /** Continue from the newest checkpoint of `outputDir`. */
  readonly resume: boolean;
  /** Of one operator; 0 = by the size of the model. */
  readonly threads: number;
  /** Of the judge that the config names; never written down. */
  readonly judgeKey?: string;
}

/** What a job reports. Times in seconds; a non-finite number is null. */
export type JobEvent =
  | { readonly type: 'started'; readonly maxSteps: number; readonly referenceModel?: string | null }
  /** The config as the method reads it, defaults filled in. */
  | { readonly type: 'config'; readonly config: Readonly<Record<string, unknown>> }
  | { readonly type: 'planned'; readonly plan: RunPlan }
  | {
      readonly type: 'progress';
      readonly step: number;
      readonly maxSteps: number;
      readonly secondsLeft: number | null;
      /** Of work that blocks its thread for long: told at once, as no answer can be heard. */
      readonly now?: boolean;
    }
  | { readonly type: 'metrics'; readonly point: MetricPoint }
  | { readonly type: 'samples'; readonly samples: readonly RunSample[] }
  | { readonly type: 'log'; readonly line: LogLine }
  | { readonly type: 'checkpoint'; readonly step: number; readonly folder: string; readonly bytes: number };

/** host → job process. `ack` says that a batch of events is stored: at most a few may be under way. */
export type ToJob =
  | { readonly type: 'start'; readonly job: JobSpec; readonly workspace: JobWorkspace }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'stop' }
  /** Every pair of an `ask`, in its order. */
  | { readonly type: 'ratings'; readonly step: number; readonly ratings: readonly Rating[] }
  | { readonly type: 'ack'; readonly batch: number }
  | { readonly type: 'goodbye' };

export interface JobFailure {
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

/** job process → host. After `ended` the process waits for `goodbye`, so that nothing is lost on its way. */
export type FromJob =
  | { readonly type: 'begun'; readonly pid: number }
  | {
      readonly type: 'events';
      readonly batch: number;
      readonly events: readonly JobEvent[];
      readonly memoryBytes: number;
    }
  /** The job waits until a person has rated these pairs of a step. */
  | { readonly type: 'ask'; readonly step: number; readonly pairs: readonly ShownPair[] }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  /** `cpuSeconds`: of the whole process, all threads. */
  | { readonly type: 'ended'; readonly outcome: JobOutcome; readonly cpuSeconds: number };

export type JobOutcome =
  | { readonly status: 'finished'; readonly result: unknown }
  | { readonly status: 'stopped'; readonly result: unknown }
  | { readonly status: 'failed'; readonly error: JobFailure };
