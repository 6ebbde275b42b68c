/** What a model's folder says beyond the registry: its size on the disk, whether it is an adapter, whether it scores, its licence. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ADAPTER_CONFIG, isAdapterFolder, readAdapterFolder } from '../data/checkpoints/adapter-folder.ts';
import { belongsToModel } from '../data/checkpoints/inside.ts';
import type { TensorSource } from '../data/checkpoints/model-folder.ts';
import { licenceOf } from '../exports/licence.ts';
import { headIn } from './head-in.ts';

export interface FolderFacts {
  readonly adapter: { readonly rank: number; readonly parameters: number } | null;
  readonly scores: boolean;
  readonly diskBytes: number | null;
  readonly licence: string | null;
}

const NOTHING: FolderFacts = { adapter: null, scores: false, diskBytes: null, licence: null };

/** Reads small files and headers only. A folder that is gone or damaged has no facts: its page says what is wrong with it. */
export function folderFacts(folder: string): FolderFacts {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return NOTHING;
  const shared = { diskBytes: bytesIn(folder), licence: licenceNamed(folder) };
  try {
    if (!isAdapterFolder(folder)) return { ...shared, adapter: null, scores: headIn(folder) === 'score' };
    const { config, tensors } = readAdapterFolder(folder);
    const rank = typeof config.r === 'number' && Number.isInteger(config.r) ? config.r : 0;
    return {
      ...shared,
      adapter: { rank, parameters: parametersOf(tensors) },
      scores: config.task_type === 'SEQ_CLS',
    };
  } catch {
    return { ...NOTHING, ...shared };
  }
}

const licenceNamed = (folder: string): string | null => {
  const licence = licenceOf(folder);
  return licence && (licence.name ?? licence.id);
};

const parametersOf = (tensors: TensorSource): number =>
  tensors.names().reduce((total, name) => total + tensors.shape(name).reduce((a, b) => a * b, 1), 0);

const isOfModel = (name: string): boolean =>
  belongsToModel(name) || name === ADAPTER_CONFIG || /\.safetensors(?:\.index\.json)?$/.test(name);

/** Of the model itself: a run's folder also holds rollouts and checkpoints, which are the run's. */
export function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((total, entry) => {
    const counts = entry.isFile() && isOfModel(entry.name);
    const size = counts ? statSync(join(folder, entry.name), { throwIfNoEntry: false })?.size : 0;
    return total + (size ?? 0);
  }, 0);
}
