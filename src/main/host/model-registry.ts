/** The registry of models: how a finished run or an imported model enters it, what comes with the program, and how one leaves. */
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { StoredModel } from '../../preload/contract/models.ts';
import { builtInModelFolder, builtInModels } from '../data/built-in-models.ts';
import { createFolderAtomic } from '../data/checkpoints/atomic.ts';
import { copyModel } from '../data/checkpoints/copy-model.ts';
import { openCheckpoint } from '../data/checkpoints/index.ts';
import { CheckpointError } from '../data/checkpoints/safetensors.ts';
import { getModelByName, insertModel, type ModelRow, removeModel } from '../data/store/models.ts';
import { type Store, transaction, type WritableStore } from '../data/store/store.ts';
import { checkModel } from '../train/check-model.ts';
import type { Workspace } from './workspace.ts';

/** Ids of the models that come with the program begin so; the store does not know them. */
export const BUILT_IN = 'built-in:';
/** They were there before anything in the workspace. */
const BEFORE_ALL = new Date(0).toISOString();

/** Models that come with the program, unless the workspace has one of the same name. */
export function builtInSummaries(store: Store): StoredModel[] {
  return builtInModels().flatMap((name) => {
    const folder = builtInModelFolder(name);
    if (folder === undefined || getModelByName(store, name)) return [];
    const facts = rowOf(folder, { name, origin: 'built-in', runId: null, parent: null });
    return [{ ...facts, id: BUILT_IN + name, createdAt: BEFORE_ALL }];
  });
}

const summaryOf = ({ folder: _folder, ...summary }: ModelRow): StoredModel => summary;

/** Whether the files go with the model; a run's folder belongs to the run. */
export const ownsFolder = ({ folder }: ModelRow): boolean =>
  /^[\w.-]+$/.test(folder) && folder !== '.' && folder !== '..';

/** Removes a model; its folder too when the registry owns it (a run's folder belongs to the run). */
export function forgetModel(store: WritableStore, workspace: Workspace, model: ModelRow): void {
  removeModel(store, model.id);
  if (ownsFolder(model)) rmSync(join(workspace.models, model.folder), { recursive: true, force: true });
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
): StoredModel {
  const name = freeName(from.name, (taken) => getModelByName(store, taken) !== undefined);
  const row = { ...rowOf(path, from), name, folder: relative(workspace.models, path) };
  insertModel(store, row);
  return summaryOf(row);
}

/** The facts of a model folder. */
function rowOf(path: string, from: ModelOrigin): Omit<ModelRow, 'folder'> {
  const { config, tensors, bytes } = openCheckpoint(path);
  const number = (...keys: string[]): number => {
    const found = keys.map((key) => config[key]).find((value) => typeof value === 'number');
    return typeof found === 'number' ? found : 0;
  };
  return {
    id: randomUUID(),
    ...from,
    family: String(config.model_type ?? 'unknown'),
    parameters: tensors.names().reduce((total, name) => total + tensors.shape(name).reduce((a, b) => a * b, 1), 0),
    bytes,
    vocabulary: number('vocab_size'),
    layers: number('num_hidden_layers', 'n_layer'),
    hidden: number('hidden_size', 'n_embd'),
    context: number('max_position_embeddings', 'n_positions'),
    createdAt: new Date().toISOString(),
  };
}

export const PLAIN_NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;

/** A name that is also a folder's: "stories260K.bin" → "stories260K". */
export const suggestModelName = (path: string): string =>
  basename(path)
    .replace(/\.(bin|gguf|onnx)$/i, '')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64) || 'model';

export interface ModelImport {
  /** Without one the model is called as its file; taken names get a number. */
  readonly name?: string;
  /** Where it comes from when not from a file of the user's: "owner/name" on the hub. */
  readonly from?: string;
  /** For formats that hold none (llama2.c). */
  readonly tokenizer?: string;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
  /** Fills the empty folder with the model; in this process when absent. */
  fill?(folder: string): Promise<unknown>;
}

/** Copies a model of any format into the workspace as a Hugging Face folder: all of it or nothing, also after a kill. Throws CheckpointError, TokenizerError, UnsupportedModel. */
export async function importModel(
  store: WritableStore,
  workspace: Workspace,
  source: string,
  { name: wanted, from, fill, ...options }: ModelImport,
): Promise<StoredModel> {
  if (wanted !== undefined && !PLAIN_NAME.test(wanted))
    throw new CheckpointError(
      `${JSON.stringify(wanted)} cannot be a model's name: letters, digits, ".", "_" and "-" were expected`,
    );
  const isTaken = (name: string) =>
    getModelByName(store, name) !== undefined || existsSync(join(workspace.models, name));
  if (wanted !== undefined && isTaken(wanted))
    throw new CheckpointError(`there is a model "${wanted}" already; remove it or choose another --name`);
  const name = wanted ?? freeName(suggestModelName(from ?? source), isTaken);
  let row: ModelRow | undefined;
  const write = async (folder: string) => {
    await (fill?.(folder) ?? fillHere(source, folder, options));
    const origin = { name, origin: 'imported', runId: null, parent: from ?? null };
    row = { ...rowOf(folder, origin), folder: name };
  };
  // the folder arrives with its entry: neither is there without the other
  await createFolderAtomic(join(workspace.models, name), write, (move) =>
    transaction(store, () => {
      if (row) insertModel(store, row);
      move();
    }),
  );
  if (!row) throw new CheckpointError(`${source}: nothing was copied`);
  return summaryOf(row);
}

/** The model is looked at before anything is copied: one that cannot be run is refused. */
function fillHere(source: string, folder: string, options: Omit<ModelImport, 'name' | 'from' | 'fill'>) {
  checkModel(openCheckpoint(source, options));
  return copyModel(source, folder, options);
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let n = 2; ; n++) if (!isTaken(`${name}-${n}`)) return `${name}-${n}`;
}
