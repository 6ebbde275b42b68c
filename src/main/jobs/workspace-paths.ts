/** What names in a run's config stand for: the host looks them up in the workspace, so that a job process needs no database. */
import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { PinnedData } from '../../preload/contract/dataset-versions.ts';
import { makeFolder } from '../base/make-folder.ts';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { referenceOf } from '../data/datasets/derive.ts';
import { exportVersion } from '../data/datasets/export.ts';
import { findVersion, requireVersion } from '../data/datasets/find.ts';
import { getModelByName } from '../data/store/models.ts';
import { insertRunData, listRunData } from '../data/store/run-data.ts';
import type { Store, WritableStore } from '../data/store/store.ts';
import type { JobSpec, JobWorkspace } from './messages.ts';

/** Keys of a config that name data. */
export const DATASET_KEYS = ['dataset', 'eval_dataset', 'offline_dataset'];

type Named = Pick<JobSpec, 'config' | 'baseFolder'>;
type NamedRun = Named & Pick<JobSpec, 'outputDir'> & { readonly id: string };

/** Where a relative path of the config leads, when there is something: a file beside the config goes before a name of the workspace. */
function besideConfig({ baseFolder }: Pick<JobSpec, 'baseFolder'>, name: string): string | undefined {
  if (baseFolder === null) return undefined;
  const path = join(baseFolder, name);
  return existsSync(path) ? path : undefined;
}

/** Values of a config, those of lists included, that may be names: relative, and not a file beside it. */
const namesIn = (job: Named): [key: string, name: string][] =>
  Object.entries(job.config).flatMap(([key, value]) =>
    [value]
      .flat()
      .filter(
        (name): name is string =>
          typeof name === 'string' && !isAbsolute(name) && besideConfig(job, name) === undefined,
      )
      .map((name): [string, string] => [key, name]),
  );

/**
 * Writes down which version each dataset's name stands for: a run goes on with the data it began with, whatever is imported under the name
 * meanwhile. Names that stand for nothing yet are left for the run's start.
 */
export function pinData(store: WritableStore, runId: string, job: Named): void {
  const pinned = namesIn(job).flatMap(([key, name]) => {
    if (!DATASET_KEYS.includes(key) || findVersion(store, name) === undefined) return [];
    return { key, name, ...referenceOf(requireVersion(store, name)) };
  });
  insertRunData(store, runId, pinned);
}

/**
 * The host's half: name → absolute path for every model and dataset of the workspace that the config names. A dataset's version is written beside
 * the run's output, a JSONL file each.
 */
export function namedFiles(store: Store, job: NamedRun, workspace: JobWorkspace): Record<string, string> {
  const files: Record<string, string> = {};
  const pinned = listRunData(store, job.id);
  for (const [key, name] of namesIn(job)) {
    const pin = pinned.find((each) => each.key === key && each.name === name);
    const path = DATASET_KEYS.includes(key)
      ? pin && datasetFile(store, job.outputDir, pin)
      : modelFolder(store, workspace, name);
    if (path !== undefined) files[name] = path;
  }
  return files;
}

/** A model of the workspace goes before one that comes with the program. */
export function modelFolder(store: Store, workspace: Pick<JobWorkspace, 'models'>, name: string): string | undefined {
  const model = getModelByName(store, name);
  return model ? join(workspace.models, model.folder) : builtInModelFolder(name);
}

/** Where a model or a file that a run's config names lies now; versions of datasets are pinned instead. */
export const placeNow = (store: Store, job: Named, workspace: Pick<JobWorkspace, 'models' | 'home'>, name: string) =>
  besideConfig(job, name) ??
  (isAbsolute(name) ? name : (modelFolder(store, workspace, name) ?? resolve(job.baseFolder ?? workspace.home, name)));

/** Throws UnknownDataset where the version was removed before the run had its rows. */
function datasetFile(store: Store, outputDir: string, pin: PinnedData): string {
  const folder = join(outputDir, 'data');
  const path = join(folder, `${pin.versionId}.jsonl`);
  // a version never changes: what is there is complete
  if (existsSync(path)) return path;
  if (!findVersion(store, pin.versionId))
    throw new UnknownDataset(
      `the run was made with ${pin.dataset}@${pin.number} (content ${pin.contentHash.slice(0, 12)}), which was removed`,
    );
  makeFolder(folder);
  exportVersion(store, pin.versionId, 'trl', path);
  return path;
}

/** Neither a file nor a dataset. */
export class UnknownDataset extends Error {
  readonly code = 'bad_input';
}

export interface ResolvedJob {
  readonly config: Readonly<Record<string, unknown>>;
  resolvePath(name: string): string;
}

/** The job's half. Throws UnknownDataset for data that is neither a file nor in the workspace. */
export function resolveJob(job: JobSpec, workspace: JobWorkspace): ResolvedJob {
  for (const [key, name] of namesIn(job))
    if (DATASET_KEYS.includes(key) && job.files[name] === undefined) throw unknownDataset(job, name);
  return {
    config: job.config,
    resolvePath: (name) => job.files[name] ?? resolve(job.baseFolder ?? workspace.home, name),
  };
}

function unknownDataset({ baseFolder }: JobSpec, reference: string): UnknownDataset {
  const file = baseFolder === null ? '' : `${join(baseFolder, reference)} does not exist, and `;
  return new UnknownDataset(`${file}there is no dataset "${reference}" in the workspace`);
}
