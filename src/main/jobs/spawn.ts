/** Starts processes of our own (jobs, generation): under plain Node by fork; the desktop gives its own way with the same shape. */
import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import type { FromJob, ToJob } from './messages.ts';
import { behindArguments } from './own-session.ts';
import { putBehind } from './priority.ts';

/** How a process ended: a code, or the signal that killed it. */
export interface JobExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to standard error. */
  readonly lastWords: string;
}

/** A process that is sent `To` and answers with `From`. */
export interface OwnProcess<To, From> {
  post(message: To): void;
  onMessage(listener: (message: From) => void): void;
  /** Called once, after the last message. */
  onExit(listener: (exit: JobExit) => void): void;
  kill(): void;
}

export type JobProcess = OwnProcess<ToJob, FromJob>;
export type SpawnJob = () => JobProcess;
/** Its messages are those of a `Port`. */
export type SpawnGeneration = () => OwnProcess<unknown, unknown>;

/** Characters of standard error that are kept for the reason of a crash. */
const LAST_WORDS = 2000;

/** Keeps the end of a stream. */
export function keepLastWords(stream: NodeJS.ReadableStream | null | undefined): () => string {
  let text = '';
  stream?.on('data', (chunk: Buffer | string) => {
    text = (text + chunk.toString()).slice(-LAST_WORDS);
  });
  return () => text.trim();
}

/** Runs `entry` (out/main/worker.cjs, or a .ts file under Node 24) as a job process, that many steps of `nice` behind this one. */
export const forkJobs = (entry: string, behind = 0): SpawnJob => forkProcesses<ToJob, FromJob>(entry, behind);

/** Children end with us: they hear of our end by their channels, unless code of the user's keeps them busy. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs `entry` as a process that talks `To` and `From`. */
export function forkProcesses<To, From>(entry: string, behind = 0): () => OwnProcess<To, From> {
  return () => {
    const child = fork(entry, behindArguments(behind), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    putBehind(child.pid, behind);
    const lastWords = keepLastWords(child.stderr);
    child.on('error', () => undefined); // an exit follows, which is what is reported
    return {
      post: (message) => {
        if (child.connected) child.send(message as Serializable, () => undefined);
      },
      onMessage: (listener) => child.on('message', (message) => listener(message as From)),
      onExit(listener) {
        // 'exit' may come before the last messages were read; 'close' comes after standard error ended, 'disconnect' after them
        let ended: JobExit | undefined;
        const report = () => {
          if (!ended || child.connected) return;
          const exit = ended;
          ended = undefined;
          listener({ ...exit, lastWords: lastWords() });
        };
        child.on('close', (code, signal) => {
          ended = { code, signal, lastWords: '' };
          report();
        });
        child.on('disconnect', report);
      },
      kill: () => child.kill('SIGKILL'),
    };
  };
}

/** Starts a process at once, for a job that is about to come: it boots while its host does other things. */
export function startedAhead(spawn: SpawnJob): SpawnJob {
  let waiting: JobProcess | undefined = spawn();
  return () => {
    const job = waiting ?? spawn();
    waiting = undefined;
    return job;
  };
}
