/** PEFT adapter folders: adapter_config.json and adapter_model.safetensors, and the base model they name. */
import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { builtInModelFolder } from '../built-in-models.ts';
import { readJsonObject } from './huggingface.ts';
import type { TensorSource } from './model-folder.ts';
import { CheckpointError, openSafetensors } from './safetensors.ts';

export const ADAPTER_CONFIG = 'adapter_config.json';
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors';

export interface AdapterFolder {
  readonly path: string;
  /** adapter_config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: TensorSource;
  /** config.json of the model the adapter makes, where it lies beside (adapters trained here); it says what the base's cannot: a score head's padding token and shift. */
  readonly modelConfig: Readonly<Record<string, unknown>> | null;
}

export const isAdapterFolder = (path: string): boolean => existsSync(join(path, ADAPTER_CONFIG));

/** Reads config and header now, tensors when asked for. Throws CheckpointError naming the file and what is wrong with it. */
export function readAdapterFolder(path: string): AdapterFolder {
  if (!existsSync(path)) throw new CheckpointError(`${path}: there is no such adapter`);
  if (!isAdapterFolder(path)) {
    const found = existsSync(join(path, 'config.json')) ? 'this is a whole model' : `it has no ${ADAPTER_CONFIG}`;
    throw new CheckpointError(
      `${path}: an adapter folder (${ADAPTER_CONFIG} and ${ADAPTER_WEIGHTS}) was expected, ${found}`,
    );
  }
  const weights = join(path, ADAPTER_WEIGHTS);
  if (!existsSync(weights)) {
    const pickled = existsSync(join(path, 'adapter_model.bin'));
    throw new CheckpointError(
      pickled
        ? `${path}: adapter_model.bin is a Python pickle and is not read, as it can hold programs; save the adapter as safetensors`
        : `${weights} is missing`,
    );
  }
  const file = openSafetensors(weights);
  return {
    path,
    config: readJsonObject(join(path, ADAPTER_CONFIG)),
    tensors: {
      names: () => [...file.entries.keys()],
      shape: (name) => file.entry(name).shape,
      float32: (name) => file.float32(name),
    },
    modelConfig: existsSync(join(path, 'config.json')) ? readJsonObject(join(path, 'config.json')) : null,
  };
}

/** Where the base model an adapter names lies: as written, beside the adapter, or among the built-in ones. Throws CheckpointError when it is not here. */
export function baseOf({ path, config }: AdapterFolder): string {
  const name = config.base_model_name_or_path;
  if (typeof name === 'string' && name !== '') {
    const places = isAbsolute(name) ? [name] : [resolve(path, name), builtInModelFolder(name)];
    const found = places.find((place) => place !== undefined && existsSync(place));
    if (found !== undefined) return found;
    throw new CheckpointError(
      `${path}: this is an adapter for ${JSON.stringify(name)}, which is not here; open its base model and give this folder as the adapter`,
    );
  }
  throw new CheckpointError(
    `${path}: ${ADAPTER_CONFIG} names no base model ("base_model_name_or_path"); open the base model and give this folder as the adapter`,
  );
}
