/** Where a model comes from, for the card of an export: the run that made it, its base, and where the base lies. */
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { getModelByName } from '../data/store/models.ts';
import { findRunByFolder, getRun } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import type { CardRun } from '../exports/model-card.ts';
import type { Workspace } from './workspace.ts';

export interface CardOrigin {
  readonly run: CardRun | null;
  readonly base: string | null;
  /** Where the base lies, if it is still there: its card names the licence. */
  readonly basePath: string | null;
}

/** The run whose folder a model is, or that the registry names as its maker. */
export function cardOrigin(store: Store, workspace: Workspace, name: string, path: string): CardOrigin {
  const model = getModelByName(store, name);
  const id = model?.runId ?? findRunByFolder(store, resolve(path)) ?? findRunByFolder(store, realpathSync(path));
  const run = (id && getRun(store, id)) || null;
  const start = typeof run?.config.model === 'string' ? run.config.model : null;
  const places = start === null ? [] : placesOf(store, workspace, start, run?.baseFolder ?? workspace.home);
  return { run, base: model?.parent ?? null, basePath: places.find((place) => existsSync(place)) ?? null };
}

function placesOf(store: Store, { models }: Workspace, start: string, beside: string): string[] {
  const row = getModelByName(store, start);
  const builtIn = builtInModelFolder(start);
  return [
    resolve(beside, start),
    ...(row ? [join(models, row.folder)] : []),
    join(models, start),
    ...(builtIn === undefined ? [] : [builtIn]),
  ];
}
