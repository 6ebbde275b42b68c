/** Does the cells that are not done yet, several at a time, each when all it needs is there. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import { processIsAlive } from '../base/processes.ts';
import { allCells, type Cell, type CellTask, isDone, taskOf } from './cell.ts';

export interface CellRunner {
  /** Cells at a time. */
  readonly workers: number;
  /** Does one; rejects when it fails or is stopped. */
  run(task: CellTask): Promise<void>;
  /** Called before the first and after every cell. */
  onProgress?(done: number, total: number, label: string): void;
  readonly signal: AbortSignal;
}

/** Cells start in the order they are given in. After a failure or a stop nothing more starts; what is under way ends first, and the first error is thrown. */
export async function runCells(list: readonly Cell[], folder: string, runner: CellRunner): Promise<void> {
  makeFolder(folder);
  const release = takeFolder(folder);
  try {
    await work(list, folder, runner);
  } finally {
    release();
  }
}

async function work(list: readonly Cell[], folder: string, runner: CellRunner): Promise<void> {
  const all = allCells(list);
  const waiting = [...all.values()].filter((cell) => !isDone(cell, folder));
  const running = new Set<Promise<void>>();
  let done = all.size - waiting.length;
  let failure: { readonly error: unknown } | undefined;
  const begin = (cell: Cell) => {
    const one = runner
      .run(taskOf(cell, folder))
      .then(() => runner.onProgress?.(++done, all.size, cell.label))
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(one));
    running.add(one);
  };
  const isReady = (cell: Cell) => Object.values(cell.needs).every((needed) => isDone(needed, folder));
  runner.onProgress?.(done, all.size, 'cells');
  while (running.size > 0 || (waiting.length > 0 && !failure && !runner.signal.aborted)) {
    while (running.size < runner.workers && !failure && !runner.signal.aborted) {
      const next = waiting.findIndex(isReady);
      if (next < 0) break;
      begin(waiting.splice(next, 1)[0]);
    }
    await Promise.race(running);
  }
  if (failure) throw failure.error;
  runner.signal.throwIfAborted();
}

/** Two programs in one folder would remove each other's unfinished cells. The mark of a dead program counts for nothing. */
function takeFolder(folder: string): () => void {
  const mark = join(folder, 'in-use');
  const owner = existsSync(mark) ? Number(readFileSync(mark, 'utf8')) : 0;
  if (owner > 0 && owner !== process.pid && processIsAlive(owner))
    throw new Error(`${folder} is in use by process ${owner}: wait for it, or name another folder with --out`);
  writeFileSync(mark, String(process.pid));
  return () => rmSync(mark, { force: true });
}
