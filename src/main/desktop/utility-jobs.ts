/** Processes of our own under Electron: utility processes, which work in a packaged app where `fork` is switched off. */
import { utilityProcess } from 'electron';
import type { FromJob, ToJob } from '../jobs/messages.ts';
import { behindArguments } from '../jobs/own-session.ts';
import { BEHIND_PAGE, putBehind } from '../jobs/priority.ts';
import { keepLastWords, type OwnProcess, type SpawnJob } from '../jobs/spawn.ts';

export const utilityJobs = (entry: string): SpawnJob =>
  utilityProcesses<ToJob, FromJob>(entry, 'plumbline-job', BEHIND_PAGE.job);

/** Runs `entry` under that name as a process that talks `To` and `From`, that many steps of `nice` behind this one. */
export function utilityProcesses<To, From>(
  entry: string,
  serviceName: string,
  behind: number,
): () => OwnProcess<To, From> {
  return () => {
    const child = utilityProcess.fork(entry, behindArguments(behind), {
      stdio: ['ignore', 'ignore', 'pipe'],
      serviceName,
    });
    child.once('spawn', () => putBehind(child.pid, behind));
    const lastWords = keepLastWords(child.stderr);
    return {
      post: (message) => child.postMessage(message),
      onMessage: (listener) => child.on('message', (message) => listener(message as From)),
      onExit(listener) {
        child.once('exit', (code) => listener({ ...howItEnded(code), lastWords: lastWords() }));
      },
      kill() {
        // kill() of a utility process asks politely
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
      },
    };
  };
}

const SIGNALS: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** Electron gives one number: on Linux and macOS a process that was killed gives its signal, from some versions on plus 128. */
function howItEnded(code: number): { code: number | null; signal: string | null } {
  const signal = process.platform === 'win32' ? undefined : SIGNALS[code > 128 ? code - 128 : code];
  return signal ? { code: null, signal } : { code, signal: null };
}
