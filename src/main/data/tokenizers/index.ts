/** Loads a tokenizer from a model folder, a tokenizer.json or a llama2.c file. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readTokenizer } from './huggingface.ts';
import { readLlama2cTokenizer } from './llama2c.ts';
import { type Tokenizer, TokenizerError } from './tokenizer.ts';

export function loadTokenizer(path: string): Tokenizer {
  if (!existsSync(path)) throw new TokenizerError(`${path}: there is no such tokenizer`);
  if (statSync(path).isDirectory()) {
    const file = join(path, 'tokenizer.json');
    if (!existsSync(file)) throw new TokenizerError(`${path}: tokenizer.json is missing`);
    return readTokenizer(file);
  }
  return path.endsWith('.bin') ? readLlama2cTokenizer(path) : readTokenizer(path);
}
