/** Processes that stand behind the page in the queue for the cores. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { putBehind } from '../../src/main/jobs/priority.ts';

/** A Node process that is there, with all its threads, until it is ended. */
async function sleeper() {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("here"); setInterval(() => {}, 1000)']);
  await new Promise((here) => child.stdout.once('data', here));
  return child;
}

describe('the priority of a process', () => {
  it.runIf(process.platform === 'linux')(
    'is lowered for every thread it has, and no further than the last step',
    async () => {
      const child = await sleeper();
      const pid = child.pid ?? 0;
      const priorities = () => new Set(readdirSync(`/proc/${pid}/task`).map((thread) => getPriority(Number(thread))));
      try {
        const own = getPriority();
        putBehind(pid, 3);
        expect(priorities()).toEqual(new Set([Math.min(19, own + 3)]));
        putBehind(pid, 100);
        expect(priorities()).toEqual(new Set([19]));
        expect(getPriority()).toBe(own);
      } finally {
        child.kill('SIGKILL');
        await new Promise((gone) => child.once('exit', gone));
      }
      // it is gone: nothing to lower, and nothing to complain of
      putBehind(pid, 3);
    },
  );
});
