/** Processes that stand behind the page in the queue for the cores. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { putBehind } from '../../src/main/jobs/priority.ts';
import { forkProcesses } from '../../src/main/jobs/spawn.ts';

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

  // shares of sessions are the system's only where it has autogroups
  it.runIf(existsSync('/proc/self/autogroup'))('has a session and a share of the cores of its own', async () => {
    const groupOf = (pid: number | string) =>
      /^\/autogroup-(\d+) nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'));
    const started = (behind: number) => {
      const entry = resolve(import.meta.dirname, '../fixtures/says-its-group.ts');
      const child = forkProcesses<unknown, { readonly pid: number }>(entry, behind)();
      return new Promise<number>((done) => child.onMessage(({ pid }) => done(pid))).then((pid) => ({ child, pid }));
    };
    const [beside, behind] = await Promise.all([started(0), started(10)]);
    try {
      const own = groupOf('self');
      expect(groupOf(beside.pid)?.[1]).toBe(own?.[1]);
      await expect.poll(() => groupOf(behind.pid)?.[2]).toBe('2');
      expect(groupOf(behind.pid)?.[1]).not.toBe(own?.[1]);
      expect(groupOf('self')).toEqual(own);
    } finally {
      beside.child.kill();
      behind.child.kill();
    }
  });
});
