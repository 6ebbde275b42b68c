/** Work of the host that takes long, in job processes of its own: imports, exports, lint. It ends with its host. */
import { anySignal } from '../base/any-signal.ts';
import { doInProcess, type ProcessTask, type TaskOptions } from '../jobs/process-task.ts';
import type { SpawnJob } from '../jobs/spawn.ts';
import type { Workspace } from './workspace.ts';

/** A process that is in the middle of a file does not hear a stop: it is killed, and what it had begun is swept away. */
const KILL_MS = 500;

export interface HostTasks {
  /** Throws TaskFailed, or JobStopped when `signal` or the end of the host stopped it. */
  run(task: Omit<ProcessTask, 'workspace'>, options: Pick<TaskOptions, 'signal' | 'onEvent'>): Promise<unknown>;
  /** Stops all of them and waits until their processes are gone. */
  close(): Promise<void>;
}

export function createTasks(spawn: SpawnJob, workspace: Workspace): HostTasks {
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    async run(task, { signal, onEvent }) {
      const both = anySignal([signal, closing.signal]);
      const done = doInProcess(spawn, { ...task, workspace }, { signal: both.signal, killAfterMs: KILL_MS, onEvent });
      running.add(done);
      try {
        return await done;
      } finally {
        running.delete(done);
        both.release();
      }
    },
    async close() {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}
