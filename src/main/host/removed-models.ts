/** Models that were removed a moment ago: for some seconds they can be taken back, then their files go. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RpcError } from '../../preload/contract/rpc.ts';
import { asideOf } from '../data/checkpoints/atomic.ts';
import { getModelByName, insertModel, type ModelRow, removeModel } from '../data/store/models.ts';
import { transaction, type WritableStore } from '../data/store/store.ts';
import { ownsFolder } from './model-registry.ts';
import type { Workspace } from './workspace.ts';

/** As long as the page offers it. */
export const UNDO_MS = 10_000;

export interface RemovedModels {
  /** The model leaves the registry now; its files are set aside. */
  remove(row: ModelRow): void;
  /** Throws `not_found` when it is too late, `invalid_input` when its name is taken again. */
  restore(id: string): void;
  /** What was set aside goes. */
  close(): void;
}

interface Removed {
  readonly row: ModelRow;
  /** Where its folder is; null where the files are a run's, which stay. */
  readonly aside: string | null;
  readonly timer: NodeJS.Timeout;
}

/** A program that is killed meanwhile leaves nothing: what is set aside is swept at the next start. */
export function createRemovedModels(store: WritableStore, workspace: Workspace, undoMs = UNDO_MS): RemovedModels {
  const removed = new Map<string, Removed>();
  const forget = (id: string): string | null => {
    const found = removed.get(id);
    clearTimeout(found?.timer);
    removed.delete(id);
    return found?.aside ?? null;
  };
  return {
    remove(row) {
      const folder = join(workspace.models, row.folder);
      const aside = ownsFolder(row) && existsSync(folder) ? asideOf(folder) : null;
      removeModel(store, row.id);
      if (aside !== null) renameSync(folder, aside);
      const timer = setTimeout(() => {
        const gone = forget(row.id);
        if (gone !== null) void rm(gone, { recursive: true, force: true });
      }, undoMs);
      timer.unref();
      removed.set(row.id, { row, aside, timer });
    },
    restore(id) {
      const found = removed.get(id);
      if (!found) throw new RpcError('not_found', 'It is too late: the model and its files are gone.');
      const { row, aside } = found;
      const folder = join(workspace.models, row.folder);
      if (getModelByName(store, row.name) || (aside !== null && existsSync(folder)))
        throw new RpcError('invalid_input', `There is another model named "${row.name}" by now.`);
      // the folder is back with its entry: neither without the other
      transaction(store, () => {
        insertModel(store, row);
        if (aside !== null) renameSync(aside, folder);
      });
      forget(id);
    },
    close() {
      for (const id of [...removed.keys()]) {
        const gone = forget(id);
        if (gone !== null) rmSync(gone, { recursive: true, force: true });
      }
    },
  };
}
