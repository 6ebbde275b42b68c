/** What names in a run's config stand for: models and datasets of the workspace become folders and files. */
import { existsSync, mkdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { exportVersion } from '../data/datasets/export.ts';
import { findVersion } from '../data/datasets/find.ts';
import { getModelByName } from '../data/store/models.ts';
import { openReadable } from '../data/store/open.ts';
import type { Store } from '../data/store/store.ts';
import type { JobSpec, JobWorkspace } from './messages.ts';

/** Keys of a config that name data. */
const DATASET_KEYS = ['dataset', 'eval_dataset'];

export interface ResolvedJob {
  readonly config: Readonly<Record<string, unknown>>;
  resolvePath(name: string): string;
}

/** Where a relative path of the config leads, when there is something: a file beside the config goes before a name of the workspace. */
function besideConfig({ baseFolder }: JobSpec, name: string): string | undefined {
  if (baseFolder === null) return undefined;
  const path = join(baseFolder, name);
  return existsSync(path) ? path : undefined;
}

/** Writes the datasets that a job trains on beside its output (a JSONL file a version), and returns how to find everything else. */
export function resolveJob(job: JobSpec, workspace: JobWorkspace): ResolvedJob {
  const store = existsSync(workspace.database) ? openReadable(workspace.database) : undefined;
  try {
    const config = { ...job.config };
    const models = new Map<string, string>();
    for (const [key, value] of Object.entries(job.config)) {
      if (typeof value !== 'string' || isAbsolute(value) || besideConfig(job, value)) continue;
      if (!store) rememberBuiltIn(models, value);
      else if (DATASET_KEYS.includes(key)) config[key] = datasetFile(store, job, value);
      else rememberModel(store, workspace, models, value);
    }
    return {
      config,
      resolvePath: (name) => models.get(name) ?? resolve(job.baseFolder ?? workspace.home, name),
    };
  } finally {
    store?.close();
  }
}

function rememberModel(store: Store, workspace: JobWorkspace, models: Map<string, string>, name: string): void {
  const model = getModelByName(store, name);
  if (model) models.set(name, join(workspace.models, model.folder));
  else rememberBuiltIn(models, name);
}

/** A model that comes with the program; one of the workspace with the same name goes before it. */
function rememberBuiltIn(models: Map<string, string>, name: string): void {
  const folder = builtInModelFolder(name);
  if (folder !== undefined) models.set(name, folder);
}

/** Neither a file nor a dataset. */
export class UnknownDataset extends Error {
  readonly code = 'bad_input';
}

function datasetFile(store: Store, { outputDir, baseFolder }: JobSpec, reference: string): string {
  const version = findVersion(store, reference);
  if (!version) {
    const file = baseFolder === null ? '' : `${join(baseFolder, reference)} does not exist, and `;
    throw new UnknownDataset(`${file}there is no dataset "${reference}" in the workspace`);
  }
  const folder = join(outputDir, 'data');
  const path = join(folder, `${version.id}.jsonl`);
  mkdirSync(folder, { recursive: true });
  // a version never changes: what is there is complete
  if (!existsSync(path)) exportVersion(store, version.id, 'trl', path);
  return path;
}
