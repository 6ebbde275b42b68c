/** Contract namespace `models`: the registry of models, and how a finished run enters it. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ModelSummary } from '../../preload/contract/models.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { openCheckpoint } from '../data/checkpoints/index.ts';
import { getModel, getModelByName, insertModel, listModels, type ModelRow, removeModel } from '../data/store/models.ts';
import type { WritableStore } from '../data/store/store.ts';
import type { Handlers, HostServices } from './services.ts';
import type { Workspace } from './workspace.ts';

export const modelsHandlers = ({ store, workspace }: HostServices): Handlers<'models'> => ({
  'models.list': () => listModels(store).map(summaryOf),
  'models.remove'({ id }) {
    const model = getModel(store, id);
    if (!model) throw new RpcError('not_found', 'This model does not exist any more.');
    forgetModel(store, workspace, model);
    return { ok: true };
  },
});

const summaryOf = ({ folder: _folder, ...summary }: ModelRow): ModelSummary => summary;

/** Removes a model; its folder too when the registry owns it (a run's folder belongs to the run). */
export function forgetModel(store: WritableStore, workspace: Workspace, model: ModelRow): void {
  removeModel(store, model.id);
  if (/^[\w.-]+$/.test(model.folder) && model.folder !== '.' && model.folder !== '..')
    rmSync(join(workspace.models, model.folder), { recursive: true, force: true });
}

export interface ModelOrigin {
  readonly name: string;
  /** "imported", "built-in", or the name of the run that made it. */
  readonly origin: string;
  readonly runId: string | null;
  readonly parent: string | null;
}

/** Enters a model folder of the workspace into the registry, with the facts of its config; a name that is taken gets a number. */
export function registerModel(
  store: WritableStore,
  workspace: Workspace,
  path: string,
  from: ModelOrigin,
): ModelSummary {
  const { config, tensors, bytes } = openCheckpoint(path);
  const number = (...keys: string[]): number => {
    const found = keys.map((key) => config[key]).find((value) => typeof value === 'number');
    return typeof found === 'number' ? found : 0;
  };
  const row: ModelRow = {
    id: randomUUID(),
    ...from,
    name: freeName(store, from.name),
    family: String(config.model_type ?? 'unknown'),
    parameters: tensors.names().reduce((total, name) => total + tensors.shape(name).reduce((a, b) => a * b, 1), 0),
    bytes,
    vocabulary: number('vocab_size'),
    layers: number('num_hidden_layers', 'n_layer'),
    hidden: number('hidden_size', 'n_embd'),
    context: number('max_position_embeddings', 'n_positions'),
    folder: relative(workspace.models, path),
    createdAt: new Date().toISOString(),
  };
  insertModel(store, row);
  return summaryOf(row);
}

function freeName(store: WritableStore, name: string): string {
  if (!getModelByName(store, name)) return name;
  for (let n = 2; ; n++) if (!getModelByName(store, `${name}-${n}`)) return `${name}-${n}`;
}
