/** Job processes under Electron: utility processes, which work in a packaged app where `fork` is switched off. */
import { utilityProcess } from 'electron';
import type { FromJob } from '../jobs/messages.ts';
import { keepLastWords, type SpawnJob } from '../jobs/spawn.ts';

export function utilityJobs(entry: string): SpawnJob {
  return () => {
    const child = utilityProcess.fork(entry, [], { stdio: ['ignore', 'ignore', 'pipe'], serviceName: 'plumbline-job' });
    const lastWords = keepLastWords(child.stderr);
    return {
      post: (message) => child.postMessage(message),
      onMessage: (listener) => child.on('message', (message) => listener(message as FromJob)),
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
