/** A model as a Hugging Face folder of its own: files copied as they are, other formats converted. */
import { constants, existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadTokenizer } from '../tokenizers/index.ts';
import { readJsonObject } from './huggingface.ts';
import { openCheckpoint } from './index.ts';
import { namesInside } from './inside.ts';
import { stringifyLike } from './json-floats.ts';
import { CheckpointError, writeTensors } from './safetensors.ts';

const INDEX = 'model.safetensors.index.json';

/** Names of the files of a Hugging Face folder that make the model. */
function filesOf(folder: string): string[] {
  const isFile = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true;
  const beside = namesInside(folder).filter(isFile);
  return [...beside, ...weightNames(folder)];
}

function weightNames(folder: string): string[] {
  if (existsSync(join(folder, 'model.safetensors'))) return ['model.safetensors'];
  const map = readJsonObject(join(folder, INDEX)).weight_map;
  return [INDEX, ...new Set(Object.values(map as Record<string, string>))];
}

export interface CopyOptions {
  /** For formats that hold none (llama2.c). */
  readonly tokenizer?: string;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/** Fills an empty folder with a model of any format; the names of its files. Throws CheckpointError, TokenizerError. */
export async function copyModel(path: string, folder: string, options: CopyOptions = {}): Promise<string[]> {
  const checkpoint = openCheckpoint(path, options);
  if (checkpoint.adapter)
    throw new CheckpointError(
      `${path}: this is an adapter; export the merged model (plumb models export … --format hf) and take that`,
    );
  const isFolder = statSync(path).isDirectory();
  if (!isFolder && checkpoint.tokenizerPath === null)
    throw new CheckpointError(`${path}: this format holds no tokenizer; name one with --tokenizer FILE`);
  const copied = isFolder ? await copyFiles(path, folder, options) : await convertBeside(path, folder, options);
  if (!isFolder) {
    writeTensors(join(folder, 'model.safetensors'), checkpoint.tensors, 'F32', options);
    await writeFile(join(folder, 'config.json'), `${stringifyLike(checkpoint.config, checkpoint.config)}\n`);
  }
  return [...new Set([...copied, ...readdirSync(folder)])].sort();
}

async function copyFiles(path: string, folder: string, options: CopyOptions): Promise<string[]> {
  const names = filesOf(path);
  const total = names.reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
  let done = 0;
  for (const name of names) {
    options.signal?.throwIfAborted();
    await mkdir(dirname(join(folder, name)), { recursive: true });
    // links (a hub's cache is made of them) are followed; file systems that can share the bytes do
    await copyFile(join(path, name), join(folder, name), constants.COPYFILE_FICLONE);
    done += statSync(join(folder, name)).size;
    options.onProgress?.(done, total);
  }
  return names;
}

/** Tokenizer and defaults of a format that has them inside or elsewhere. */
async function convertBeside(path: string, folder: string, options: CopyOptions): Promise<string[]> {
  const { generationConfig, tokenizerPath } = openCheckpoint(path, options);
  const files = {
    'generation_config.json': `${JSON.stringify(generationConfig, null, 2)}\n`,
    ...(tokenizerPath === null ? {} : loadTokenizer(tokenizerPath).files()),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return Object.keys(files);
}
