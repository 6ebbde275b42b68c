/** Where a model comes from, for the card of an export: the run that made it, its base, and where the base lies. */
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { getModelByName } from '../data/store/models.ts';
import { findRunByFolder, getRun, type RunRecord } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import { licenceAt } from '../exports/export-model.ts';
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
  return { run, base: model?.parent ?? null, basePath: run && licensedBase(store, workspace, run) };
}

/** Models are trained on from others: the nearest one below that names a licence, else the one this run started from. */
function licensedBase(store: Store, workspace: Workspace, run: RunRecord): string | null {
  const seen = new Set<string>();
  const below: string[] = [];
  for (let at: RunRecord | null = run; at && !seen.has(at.id); ) {
    seen.add(at.id);
    const start: unknown = at.config.model;
    if (typeof start !== 'string') break;
    const place: string | undefined = placesOf(store, workspace, start, at.baseFolder ?? workspace.home).find((each) =>
      existsSync(each),
    );
    if (place === undefined) break;
    below.push(place);
    const id: string | null | undefined = getModelByName(store, start)?.runId ?? findRunByFolder(store, place);
    at = id ? (getRun(store, id) ?? null) : null;
  }
  return below.find((place) => licenceAt(place) !== null) ?? below[0] ?? null;
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
