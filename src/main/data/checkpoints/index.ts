/** Opens a checkpoint of any known format, found by content. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { baseOf, isAdapterFolder, readAdapterFolder } from './adapter-folder.ts';
import { recoverFolder } from './atomic.ts';
import { readGguf } from './gguf/read.ts';
import { readModelFolder } from './huggingface.ts';
import { readLlama2c } from './llama2c.ts';
import type { ModelFolder } from './model-folder.ts';
import { CheckpointError } from './safetensors.ts';

/** Known by their first bytes, and refused by name with what to do instead. */
const REFUSED: readonly (readonly [magic: string, what: string])[] = [
  ['PK\x03\x04', 'a PyTorch (or zip) file is not read, as it can hold programs; convert it to safetensors'],
  ['\x80\x02', 'a Python pickle is not read, as it can hold programs; convert it to safetensors'],
  ['\x89HDF', 'HDF5 files are not supported; convert to safetensors'],
];

/** `tokenizer` names the tokenizer file for formats that hold none (llama2.c), or instead of a GGUF file's own. */
export function openCheckpoint(path: string, options: { tokenizer?: string } = {}): ModelFolder {
  if (!existsSync(path)) recoverFolder(path);
  if (!existsSync(path)) throw new CheckpointError(`${path}: there is no such model`);
  return statSync(path).isDirectory() ? openFolder(path) : openFile(path, options.tokenizer ?? null);
}

function openFolder(path: string): ModelFolder {
  if (isAdapterFolder(path)) return openAdapter(path);
  if (existsSync(join(path, 'config.json'))) return readModelFolder(path);
  throw new CheckpointError(`${path}: not a model folder: config.json is missing`);
}

/** The base model with the adapter beside it; a base that is an adapter itself is refused. */
function openAdapter(path: string): ModelFolder {
  const adapter = readAdapterFolder(path);
  const base = baseOf(adapter);
  if (statSync(base).isDirectory() && isAdapterFolder(base))
    throw new CheckpointError(
      `${path}: its base model ${base} is an adapter itself; merge that one into its own base first`,
    );
  return { ...openCheckpoint(base), adapter };
}

function openFile(path: string, tokenizer: string | null): ModelFolder {
  // a pipe or a device would be waited for
  if (!statSync(path).isFile()) throw new CheckpointError(`${path}: not a plain file`);
  const first = firstBytes(path, 16);
  if (first.startsWith('GGUF')) return readGguf(path, tokenizer);
  const refused = REFUSED.find(([magic]) => first.startsWith(magic));
  if (refused) throw new CheckpointError(`${path}: ${refused[1]}`);
  if (path.endsWith('.safetensors') || first.startsWith('{', 8))
    throw new CheckpointError(`${path}: weights alone say nothing of the model; open the folder with its config.json`);
  if (path.endsWith('.bin')) return readLlama2c(path, tokenizer);
  // its own check says what the first bytes are
  if (path.endsWith('.gguf')) return readGguf(path, tokenizer);
  throw new CheckpointError(`${path}: expected a Hugging Face folder, a GGUF file or a llama2.c .bin file`);
}

/** As Latin-1 text. */
function firstBytes(path: string, count: number): string {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(count);
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, count, 0));
  } finally {
    closeSync(fd);
  }
}
