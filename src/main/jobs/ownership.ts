/** Which process a run belongs to, and whether that very process still lives: numbers of processes are given again. */
import { readFileSync } from 'node:fs';
import { processIsAlive } from '../base/processes.ts';

export interface Owner {
  readonly pid: number | null;
  /** When it was started, in the system's count; null where that cannot be known. */
  readonly pidStarted: number | null;
}

export const NOBODY: Owner = { pid: null, pidStarted: null };

/** Field 22 of /proc/PID/stat, counted from behind the name, which may hold anything. */
const STARTED_AFTER_NAME = 19;

function startOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STARTED_AFTER_NAME]);
  } catch {
    return null; // not Linux, or no such process
  }
}

export const ownerOf = (pid: number): Owner => ({ pid, pidStarted: startOf(pid) });

/** Whether the process that was recorded still runs: not merely one that was given its number. */
export function ownerLives({ pid, pidStarted }: Owner): boolean {
  if (pid === null || !processIsAlive(pid)) return false;
  return pidStarted === null || startOf(pid) === pidStarted;
}
