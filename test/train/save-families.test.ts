/** A model of each family saved and loaded again: the same bits, the same config, names and orientations as in the checkpoint. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../src/main/data/checkpoints/index.ts';
import { loadTokenizer } from '../../src/main/data/tokenizers/index.ts';
import { loadLanguageModel } from '../../src/main/engine/models/language-model.ts';
import { saveFinal } from '../../src/main/train/checkpoint.ts';

const golden = new URL('../golden/families/', import.meta.url);
const names = readdirSync(golden).filter((name) => !name.includes('.'));
const tokenizer = loadTokenizer(fileURLToPath(new URL('../golden/models/llama/tokenizer.json', import.meta.url)));

describe('save and load', () => {
  it.each(names)('%s', (name) => {
    const folder = openCheckpoint(fileURLToPath(new URL(name, golden)));
    const model = loadLanguageModel(folder.config, folder.tensors);
    const path = mkdtempSync(join(tmpdir(), 'plumb-family-'));
    try {
      saveFinal(path, { loaded: { folder, model, tokenizer, adapterPath: null, eosIds: [] } });
      const saved = openCheckpoint(path);
      expect(loadLanguageModel(saved.config, saved.tensors).weights).toEqual(model.weights);
      const { torch_dtype: _4, dtype: _5, ...config } = folder.config;
      expect(saved.config).toEqual({ ...config, dtype: 'float32' });
      // transformers tells 30.0 from 30: what was a float is one still
      const floatsOf = (folder: string) => readFileSync(join(folder, 'config.json'), 'utf8').match(/"\w+": \d+\.0\b/g);
      expect(floatsOf(path)).toEqual(floatsOf(folder.path));
      // all that the checkpoint held is there, in its shape; a bare model's tensors have got their prefix, a wrapper's is gone
      if (name.includes('wrapped')) {
        const own = model.specs.map((spec) => spec.name);
        expect(saved.tensors.names().filter((tensor) => !own.includes(tensor))).toEqual([]);
        return;
      }
      const prefix = name.includes('bare') ? model.architecture.basePrefix : '';
      for (const tensor of folder.tensors.names())
        expect(saved.tensors.shape(prefix + tensor), tensor).toEqual(folder.tensors.shape(tensor));
    } finally {
      rmSync(path, { recursive: true });
    }
  });
});
