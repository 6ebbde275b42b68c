/** One task in a job process of its own: for work that would block its host, and that ends at once when it is cancelled. */
import { JobStopped } from './kind.ts';
import type { JobEvent, JobFailure, JobOutcome, JobWorkspace } from './messages.ts';
import type { JobExit, SpawnJob } from './spawn.ts';

export interface ProcessTask {
  /** An entry of `jobs/kinds`. */
  readonly kind: string;
  readonly name: string;
  readonly config: object;
  /** Absolute. */
  readonly outputDir: string;
  readonly workspace: JobWorkspace;
  readonly threads?: number;
}

export interface TaskOptions {
  readonly signal: AbortSignal;
  /** A process that works in one piece does not hear a stop: it is killed after this long. Absent: it is waited for. */
  readonly killAfterMs?: number;
  onEvent?(event: JobEvent): void;
}

/** What went wrong in the process, with its code. */
export class TaskFailed extends Error {
  readonly code: string;
  readonly details: unknown;
  constructor({ code, message, details }: JobFailure) {
    super(message);
    this.name = 'TaskFailed';
    this.code = code;
    this.details = details;
  }
}

/** Resolves with the task's result once its process is gone. Throws TaskFailed, or JobStopped when `signal` ended it. */
export function doInProcess(spawn: SpawnJob, task: ProcessTask, options: TaskOptions): Promise<unknown> {
  const { signal, killAfterMs, onEvent } = options;
  if (signal.aborted) return Promise.reject(new JobStopped());
  const job = spawn();
  let outcome: JobOutcome | undefined;
  let late: NodeJS.Timeout | undefined;
  const stop = () => {
    job.post({ type: 'stop' });
    if (killAfterMs !== undefined) late = setTimeout(() => job.kill(), killAfterMs);
  };
  signal.addEventListener('abort', stop);
  return new Promise((resolve, reject) => {
    job.onMessage((message) => {
      if (message.type === 'events') {
        job.post({ type: 'ack', batch: message.batch });
        for (const event of message.events) onEvent?.(event);
      }
      if (message.type !== 'ended') return;
      outcome = message.outcome;
      job.post({ type: 'goodbye' });
    });
    job.onExit((exit) => {
      clearTimeout(late);
      signal.removeEventListener('abort', stop);
      if (outcome?.status === 'finished') resolve(outcome.result);
      else if (signal.aborted || outcome?.status === 'stopped') reject(new JobStopped());
      else reject(new TaskFailed(outcome ? outcome.error : crash(exit)));
    });
    const { workspace, threads = 0, config, ...named } = task;
    const spec = { ...named, config: { ...config }, runId: task.name, baseFolder: null, files: {}, resume: false };
    job.post({ type: 'start', job: { ...spec, threads }, workspace });
  });
}

function crash({ signal, code, lastWords }: JobExit): JobFailure {
  const words = lastWords ? ` (${lastWords.split('\n').slice(-3).join(' ')})` : '';
  return {
    code: 'crashed',
    message: `its process ended ${signal ? `with ${signal}` : `with code ${code}`}${words}`,
  };
}
