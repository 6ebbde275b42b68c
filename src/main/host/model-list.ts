/** The list of models: what the registry keeps, with what folders and runs say. */
import { join } from 'node:path';
import type { ModelKind, ModelSummary, StoredModel } from '../../preload/contract/models.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { listModelUses } from '../data/store/model-uses.ts';
import { getModel, listModels, type ModelRow } from '../data/store/models.ts';
import { listRuns } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import { type FolderFacts, folderFacts } from './model-facts.ts';
import { BUILT_IN, builtInSummaries } from './model-registry.ts';
import { programLicence } from './version.ts';
import type { Workspace } from './workspace.ts';

/** Longest line of parents that is followed; a registry made by hand may hold a ring. */
const MOST_PARENTS = 32;

export interface FoundModel {
  readonly stored: StoredModel;
  /** Absolute. */
  readonly folder: string;
  /** Undefined for one that comes with the program. */
  readonly row: ModelRow | undefined;
}

/** A model by its id. Throws `not_found`. */
export function findModel(store: Store, workspace: Workspace, id: string): FoundModel {
  const row = getModel(store, id);
  if (row) return { stored: row, folder: join(workspace.models, row.folder), row };
  const stored = builtInSummaries(store).find((model) => model.id === id);
  const folder = stored && builtInModelFolder(stored.name);
  if (stored && folder !== undefined) return { stored, folder, row: undefined };
  throw new RpcError('not_found', 'This model does not exist any more.');
}

/** All models, those of the program last. */
export function listSummaries(store: Store, workspace: Workspace): ModelSummary[] {
  const rows = listModels(store);
  const stored: StoredModel[] = [...rows.map(({ folder: _folder, ...model }) => model), ...builtInSummaries(store)];
  const folders = new Map(rows.map((row) => [row.id, join(workspace.models, row.folder)]));
  const methods = new Map(listRuns(store).map((run) => [run.id, run.method]));
  const uses = new Map<string, Set<string>>();
  for (const { model, id } of listModelUses(store)) uses.set(model, (uses.get(model) ?? new Set()).add(id));
  const facts = new Map(
    stored.map((model) => {
      const folder = folders.get(model.id) ?? builtInModelFolder(model.name);
      return [model.name, folder === undefined ? folderFacts('') : folderFacts(folder)] as const;
    }),
  );
  const parents = new Map(stored.map((model) => [model.name, model.parent]));
  return stored.map((model) => {
    const own = facts.get(model.name) as FolderFacts;
    const method = (model.runId && methods.get(model.runId)) || null;
    return {
      ...model,
      kind: kindOf(model, method, own),
      method,
      adapter: own.adapter,
      diskBytes: own.diskBytes,
      licence: licenceAbove(model.name, parents, facts, stored),
      usedBy: uses.get(model.name)?.size ?? 0,
    };
  });
}

/** Methods of stages that make a model without training it. */
const UNTRAINED = ['task_start'];

function kindOf(model: StoredModel, method: string | null, { scores, adapter }: FolderFacts): ModelKind {
  if (scores) return 'reward';
  if (method === 'sft') return 'sft';
  const trained = model.runId !== null && !UNTRAINED.includes(method ?? '');
  return trained || adapter ? 'policy' : 'base';
}

/** Its own, or that of the nearest model it was made from. */
function licenceAbove(
  name: string,
  parents: ReadonlyMap<string, string | null>,
  facts: ReadonlyMap<string, FolderFacts>,
  stored: readonly StoredModel[],
): string | null {
  let at: string | null | undefined = name;
  for (let step = 0; step < MOST_PARENTS && at != null; step++) {
    const licence = facts.get(at)?.licence;
    if (licence) return licence;
    if (stored.some((model) => model.name === at && model.id.startsWith(BUILT_IN))) return programLicence;
    at = parents.get(at);
  }
  return null;
}
