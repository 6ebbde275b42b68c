/** How far processes of our own stand behind a page that shares their cores: a key is answered first, and they take what is left, which is nearly all. */
import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Steps of `nice` behind the host. Runs go on for minutes; an answer that is written is looked at, but so are keys. */
export const BEHIND_PAGE = { job: 10, generation: 5 } as const;

const LOWEST = 19;

/** Gone already, or not ours to change. */
const LEFT_ALONE = ['ESRCH', 'EPERM', 'EACCES'];

/** Linux keeps a priority for each thread; a thread started later has that of the one that starts it. */
function threadsOf(pid: number): readonly number[] {
  if (process.platform !== 'linux') return [pid];
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return []; // gone already
  }
}

/** Puts a process `steps` of nice behind this one. One that is gone already is left alone. */
export function putBehind(pid: number | undefined, steps: number): void {
  if (pid === undefined || steps === 0) return;
  const wanted = Math.min(LOWEST, getPriority() + steps);
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, wanted);
    } catch (error) {
      // a container may forbid it: then all are alike
      if (!LEFT_ALONE.includes(String((error as { info?: { code?: string } }).info?.code))) throw error;
    }
  }
}
