/** Opens a checkpoint of any known format, found by content. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readModelFolder } from './huggingface.ts';
import { readLlama2c } from './llama2c.ts';
import type { ModelFolder } from './model-folder.ts';
import { CheckpointError } from './safetensors.ts';

/** `tokenizer` names the tokenizer file for formats that hold none (llama2.c). */
export function openCheckpoint(path: string, options: { tokenizer?: string } = {}): ModelFolder {
  if (!existsSync(path)) throw new CheckpointError(`${path}: there is no such model`);
  if (statSync(path).isDirectory()) {
    if (existsSync(join(path, 'config.json'))) return readModelFolder(path);
    throw new CheckpointError(`${path}: not a model folder: config.json is missing`);
  }
  const magic = firstBytes(path);
  if (magic.toString('latin1') === 'GGUF') throw new CheckpointError(`${path}: GGUF files are not supported yet`);
  if (path.endsWith('.bin')) return readLlama2c(path, options.tokenizer ?? null);
  throw new CheckpointError(`${path}: expected a Hugging Face folder or a llama2.c .bin file`);
}

function firstBytes(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(4);
    readSync(fd, buffer, 0, 4, 0);
    return buffer;
  } finally {
    closeSync(fd);
  }
}
