/** Loads a tokenizer from a model folder, a tokenizer.json, a GGUF file or a llama2.c file. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readGgufTokenizer } from './gguf/read.ts';
import { readTokenizer } from './huggingface.ts';
import { readLlama2cTokenizer } from './llama2c.ts';
import { type Tokenizer, TokenizerError } from './tokenizer.ts';

/** Throws TokenizerError when nothing is there, or it is none of the known kinds. */
export function loadTokenizer(path: string): Tokenizer {
  if (!existsSync(path)) throw new TokenizerError(`${path}: there is no such tokenizer`);
  if (statSync(path).isDirectory()) {
    const file = join(path, 'tokenizer.json');
    if (existsSync(file)) return readTokenizer(file);
    const other = tokenizerOfOtherForm(path);
    throw new TokenizerError(`${path}: tokenizer.json is missing${other ? `; ${other}` : ''}`);
  }
  const first = firstBytes(path);
  if (first.startsWith('GGUF')) return readGgufTokenizer(path);
  return first.trimStart().startsWith('{') || path.endsWith('.json') ? readTokenizer(path) : readLlama2cTokenizer(path);
}

const OTHER_FORMS = ['tokenizer.model', 'spiece.model', 'tekken.json', 'tiktoken.model', 'vocab.json', 'vocab.txt'];

/** What is said of a folder whose tokenizer has another form; null when there is none at all. */
export function tokenizerOfOtherForm(folder: string): string | null {
  const name = OTHER_FORMS.find((file) => existsSync(join(folder, file)));
  return name
    ? `${name} alone is not read; AutoTokenizer.from_pretrained(folder).save_pretrained(folder) of transformers makes a tokenizer.json of it`
    : null;
}

/** As Latin-1 text. */
function firstBytes(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(64);
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, 64, 0));
  } finally {
    closeSync(fd);
  }
}
