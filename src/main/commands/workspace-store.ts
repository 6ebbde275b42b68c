/** The workspace's database for a command: opened beside a running app if need be, closed in every case. */
import { existsSync } from 'node:fs';
import type { WritableStore } from '../data/store/store.ts';
import { prepareWorkspace } from '../host/workspace.ts';
import { type CommandContext, InputError } from './command.ts';

type Body<T> = (store: WritableStore) => Promise<T> | T;

/** For a command that writes: folders and database are made when they are missing. */
export async function withStore<T>({ workspace }: CommandContext, body: Body<T>): Promise<T> {
  try {
    prepareWorkspace(workspace);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new InputError(`${workspace.home} cannot be the workspace: ${why}`, { cause });
  }
  return openAndUse(workspace.database, body);
}

/** For a command that only reads: a workspace that does not exist is an empty one, and is not made. */
export const withExistingStore = <T>({ workspace }: CommandContext, body: Body<T>): Promise<T> =>
  openAndUse(existsSync(workspace.database) ? workspace.database : ':memory:', body);

async function openAndUse<T>(path: string, body: Body<T>): Promise<T> {
  const { openStore } = await import('../data/store/open.ts');
  const store = openStore(path);
  try {
    return await body(store);
  } finally {
    store.close();
  }
}
