/** Hugging Face model folders: config.json, one or several safetensors files, tokenizer files. */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFolderAtomic } from './atomic.ts';
import { checkInside, fileInside } from './inside.ts';
import { readPythonJson, stringifyLike } from './json-floats.ts';
import type { ModelFolder, TensorSource } from './model-folder.ts';
import {
  CheckpointError,
  type Float32Tensor,
  openSafetensors,
  type SafetensorsFile,
  writeSafetensors,
} from './safetensors.ts';

/** Configs and indices are small; a larger file is not one. */
const MAX_JSON_BYTES = 64 << 20;

/** Reads a JSON object with a named error. */
export function readJsonObject(path: string): Record<string, unknown> {
  if (!existsSync(path)) throw new CheckpointError(`${path} is missing`);
  const { size } = statSync(path);
  if (size > MAX_JSON_BYTES)
    throw new CheckpointError(`${path}: ${size} bytes; a config has at most ${MAX_JSON_BYTES}`);
  let value: unknown;
  try {
    value = readPythonJson(path);
  } catch (cause) {
    throw new CheckpointError(`${path} is not valid JSON: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new CheckpointError(`${path} does not hold a JSON object`);
  return value as Record<string, unknown>;
}

const optionalJson = (path: string): Record<string, unknown> => (existsSync(path) ? readJsonObject(path) : {});

/** Reads config and headers now, tensors when asked for. Throws CheckpointError naming the file and what is wrong with it. */
export function readModelFolder(path: string): ModelFolder {
  checkInside(path);
  const config = readJsonObject(join(path, 'config.json'));
  const files = weightFiles(path);
  return {
    path,
    config,
    generationConfig: optionalJson(join(path, 'generation_config.json')),
    tensors: combine(path, files),
    tokenizerPath: existsSync(join(path, 'tokenizer.json')) ? path : null,
    bytes: files.reduce((sum, file) => sum + statSync(file.path).size, 0),
  };
}

/** Weights in forms that are not read, and why. */
const OTHER_WEIGHTS: readonly (readonly [name: RegExp, why: string])[] = [
  [
    /^pytorch_model.*\.bin(?:\.index\.json)?$|\.(?:pt|pth|ckpt)$/,
    'a Python pickle is not read, as it can hold programs; from_pretrained and save_pretrained of transformers make safetensors of it',
  ],
  [/^consolidated.*\.safetensors$/, 'it has names of another format than transformers’, which is not read'],
  [/^(?:tf_model|flax_model).*/, 'weights of TensorFlow and Flax are not read'],
  [/\.safetensors$/, 'only the names above are read'],
];

function otherWeights(path: string): string {
  const names = readdirSync(path).sort();
  for (const [pattern, why] of OTHER_WEIGHTS) {
    const found = names.find((name) => pattern.test(name));
    if (found) return `; there is ${found}: ${why}`;
  }
  return '';
}

function weightFiles(path: string): SafetensorsFile[] {
  const single = fileInside(path, 'model.safetensors');
  if (existsSync(single)) return [openSafetensors(single)];
  const index = fileInside(path, 'model.safetensors.index.json');
  if (!existsSync(index))
    throw new CheckpointError(
      `${path}: expected model.safetensors or model.safetensors.index.json, found neither${otherWeights(path)}`,
    );
  const map = readJsonObject(index).weight_map;
  if (map === null || typeof map !== 'object' || Array.isArray(map))
    throw new CheckpointError(
      `${index}: "weight_map" must be an object of tensor → file, found ${JSON.stringify(map)}`,
    );
  return openShards(path, index, Object.entries(map));
}

function openShards(path: string, index: string, map: readonly [string, unknown][]): SafetensorsFile[] {
  const shards = new Map<unknown, SafetensorsFile>();
  for (const name of new Set(map.map(([, file]) => file))) {
    // a shard is a file of this folder: a path that leads elsewhere is refused
    if (typeof name !== 'string' || !isShardName(name))
      throw new CheckpointError(
        `${index}: ${JSON.stringify(name)} is not the name of a safetensors file in this folder`,
      );
    if (!existsSync(fileInside(path, name))) throw new CheckpointError(`${index}: the shard ${name} is missing`);
    shards.set(name, openSafetensors(fileInside(path, name)));
  }
  for (const [tensor, file] of map)
    if (!shards.get(file)?.entries.has(tensor))
      throw new CheckpointError(`${index}: tensor "${tensor}" should be in ${String(file)}, which does not hold it`);
  return [...shards.values()];
}

const isShardName = (name: string): boolean => /^[\w-][\w.-]*\.safetensors$/.test(name);

function combine(path: string, files: readonly SafetensorsFile[]): TensorSource {
  const owner = new Map<string, SafetensorsFile>();
  for (const file of files) {
    for (const name of file.entries.keys()) {
      const other = owner.get(name);
      if (other) throw new CheckpointError(`${path}: tensor "${name}" is in ${other.path} and in ${file.path}`);
      owner.set(name, file);
    }
  }
  const of = (name: string): SafetensorsFile => {
    const file = owner.get(name);
    if (!file) throw new CheckpointError(`${path}: there is no tensor "${name}"`);
    return file;
  };
  return {
    names: () => [...owner.keys()],
    shape: (name) => of(name).entry(name).shape,
    float32: (name) => of(name).float32(name),
  };
}

export interface ModelFolderContent {
  readonly config: Readonly<Record<string, unknown>>;
  readonly generationConfig?: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, Float32Tensor>;
  /** Further files by name: tokenizer.json and friends, a resume's state. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

/** Writes a folder that transformers loads; atomic: a reader finds the old folder or the new one. */
export function writeModelFolder(path: string, content: ModelFolderContent): void {
  for (const name of Object.keys(content.files))
    if (!/^[\w-][\w.-]*$/.test(name))
      throw new CheckpointError(`${path}: ${JSON.stringify(name)} is not a plain file name`);
  replaceFolderAtomic(path, (folder) => {
    writeFileSync(join(folder, 'config.json'), `${stringifyLike(content.config, content.config)}\n`);
    if (content.generationConfig)
      writeFileSync(
        join(folder, 'generation_config.json'),
        `${stringifyLike(content.generationConfig, content.generationConfig)}\n`,
      );
    for (const [name, data] of Object.entries(content.files)) writeFileSync(join(folder, name), data);
    writeSafetensors(join(folder, 'model.safetensors'), content.tensors);
  });
}
