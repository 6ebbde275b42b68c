/** Tokenizers of models that are looked at: the last few stay open, as a vocabulary takes a moment to read. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedModel, openTokenizer } from '../train/load-model.ts';

/** Each holds its vocabulary: some megabytes. */
const KEPT = 3;

type Opened = Pick<LoadedModel, 'tokenizer' | 'eosIds'>;

export interface OpenTokenizers {
  /** Throws TokenizerError or CheckpointError. */
  open(folder: string): Opened;
}

export function createOpenTokenizers(): OpenTokenizers {
  const kept = new Map<string, Opened>();
  return {
    open(folder) {
      const key = `${folder} ${stampOf(folder)}`;
      const found = kept.get(key) ?? openTokenizer(folder);
      // the one used last stands last
      kept.delete(key);
      kept.set(key, found);
      if (kept.size > KEPT) kept.delete([...kept.keys()][0]);
      return found;
    },
  };
}

/** A folder that was written anew is read anew. */
function stampOf(folder: string): string {
  const found = ['tokenizer.json', 'config.json', 'adapter_config.json'].map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return found.join(' ');
}
