/** What would miss a model: adapters that need its weights, and runs that name it. */
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStatus } from '../../preload/contract/runs.ts';
import { baseOf, isAdapterFolder, readAdapterFolder } from '../data/checkpoints/adapter-folder.ts';
import { CheckpointError } from '../data/checkpoints/safetensors.ts';
import { listModelUses } from '../data/store/model-uses.ts';
import { listModels } from '../data/store/models.ts';
import type { Store } from '../data/store/store.ts';
import type { Workspace } from './workspace.ts';

export interface Dependents {
  readonly adapters: string[];
  readonly runs: { readonly id: string; readonly name: string; readonly status: RunStatus }[];
}

export function dependentsOf(store: Store, workspace: Workspace, name: string, folder: string): Dependents {
  const own = realOf(folder);
  const adapters = listModels(store).filter(
    (model) => realOf(baseFolder(join(workspace.models, model.folder))) === own,
  );
  const runs = listModelUses(store).filter((use) => use.model === name);
  return {
    adapters: own === undefined ? [] : adapters.map((model) => model.name),
    runs: runs.map(({ id, name: run, status }) => ({ id, name: run, status })),
  };
}

const UNFINISHED: readonly RunStatus[] = ['queued', 'running', 'paused'];

/** Why a model must stay; null when it may go. */
export function keptBecause({ adapters, runs }: Dependents): string | null {
  if (adapters.length > 0)
    return `${listed(adapters)} ${adapters.length === 1 ? 'is an adapter' : 'are adapters'} of it and cannot be used without it. Delete ${adapters.length === 1 ? 'that' : 'those'} first, or export ${adapters.length === 1 ? 'it' : 'them'} merged.`;
  const open = runs.filter((run) => UNFINISHED.includes(run.status)).map((run) => run.name);
  if (open.length > 0)
    return `${listed(open)} ${open.length === 1 ? 'is' : 'are'} not finished and ${open.length === 1 ? 'needs' : 'need'} it. Stop ${open.length === 1 ? 'it' : 'them'} first.`;
  return null;
}

/** "a", "a and b", "a, b and 3 more". */
function listed(names: readonly string[]): string {
  if (names.length === 1) return names[0];
  if (names.length === 2) return `${names[0]} and ${names[1]}`;
  if (names.length === 3) return `${names[0]}, ${names[1]} and ${names[2]}`;
  return `${names[0]}, ${names[1]} and ${names.length - 2} more`;
}

const realOf = (path: string | undefined): string | undefined =>
  path !== undefined && statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : undefined;

/** Where an adapter's base lies; undefined for whole models, and where the base is not here. */
function baseFolder(folder: string): string | undefined {
  if (!isAdapterFolder(folder)) return undefined;
  try {
    return baseOf(readAdapterFolder(folder));
  } catch (error) {
    // a damaged adapter needs nothing any more
    if (error instanceof CheckpointError) return undefined;
    throw error;
  }
}
