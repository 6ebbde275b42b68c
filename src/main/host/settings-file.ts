/** What the user chose for a workspace: settings.json in its folder. Keys are not in it. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../data/checkpoints/atomic.ts';
import type { Workspace } from './workspace.ts';

/** An endpoint that judges; its key lies with the secrets, under its id. */
export const judgeEntry = z.object({ id: z.string(), name: z.string(), url: z.string(), model: z.string() });
export type JudgeEntry = z.output<typeof judgeEntry>;

const settingsFile = z.looseObject({
  /** Of training and generation together; 0 = all cores. */
  threads: z.int().min(0).max(1024).default(0),
  judges: z.array(judgeEntry).max(100).default([]),
});
export type Settings = z.output<typeof settingsFile>;

const pathOf = ({ home }: Pick<Workspace, 'home'>): string => join(home, 'settings.json');

/** Throws an error that names the file when it was damaged by hand. */
export function readSettings(workspace: Pick<Workspace, 'home'>): Settings {
  const path = pathOf(workspace);
  if (!existsSync(path)) return settingsFile.parse({});
  try {
    return settingsFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new Error(`${path}: ${why}. Correct it, or remove it to start with the defaults.`, { cause });
  }
}

/** Keys of other versions stay. */
export function changeSettings(workspace: Workspace, change: (settings: Settings) => Partial<Settings>): Settings {
  const before = readSettings(workspace);
  const after = settingsFile.parse({ ...before, ...change(before) });
  writeFileAtomic(pathOf(workspace), `${JSON.stringify(after, null, 2)}\n`);
  return after;
}

/** Threads of training and generation together. */
export function threadBudget(workspace: Workspace): number {
  const { threads } = readSettings(workspace);
  const cores = availableParallelism();
  return threads === 0 ? cores : Math.min(threads, cores);
}

/** Under which a judge's key lies with the secrets. */
export const judgeKeyName = (id: string): string => `judge:${id}`;
/** The hub's token. */
export const HUB_TOKEN = 'hub';
