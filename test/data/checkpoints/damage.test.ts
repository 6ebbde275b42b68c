/** Damaged model folders: whatever byte is cut or changed, a folder opens or is refused with a message that names a file, at once. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/main/data/checkpoints/index.ts';
import { CheckpointError, writeSafetensors } from '../../../src/main/data/checkpoints/safetensors.ts';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';
import { TokenizerError } from '../../../src/main/data/tokenizers/tokenizer.ts';
import { UnsupportedModel } from '../../../src/main/engine/models/config.ts';
import { initLanguageModel, loadLanguageModel } from '../../../src/main/engine/models/language-model.ts';
import { TINY_LLAMA } from '../../fixtures/tiny-llama.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-damage-'));
afterAll(() => rmSync(folder, { recursive: true }));
const model = join(folder, 'model');
mkdirSync(model);

const tiny = initLanguageModel(TINY_LLAMA, 1);
const originals: Record<string, Buffer> = {
  'config.json': Buffer.from(JSON.stringify(TINY_LLAMA)),
  'tokenizer.json': readFileSync(new URL('../../golden/tokenizers/byte-bpe.json', import.meta.url)),
};
writeSafetensors(
  join(model, 'model.safetensors'),
  new Map(tiny.specs.map(({ name, shape }) => [name, { shape, data: tiny.weights.get(name) ?? new Float32Array() }])),
);
originals['model.safetensors'] = readFileSync(join(model, 'model.safetensors'));

/** Slower than this would be a hang for a user. */
const LIMIT_MS = 1000;

function open(): void {
  const { config, tensors } = openCheckpoint(model);
  loadLanguageModel(config, tensors);
  loadTokenizer(model).encode('Hello  world, 123 naïve 東京');
}

function damaged(name: string, bytes: Uint8Array): void {
  for (const [file, content] of Object.entries(originals)) writeFileSync(join(model, file), content);
  writeFileSync(join(model, name), bytes);
  const start = performance.now();
  try {
    open();
  } catch (error) {
    const isClear = [CheckpointError, TokenizerError, UnsupportedModel].some((kind) => error instanceof kind);
    if (!isClear) throw error;
    expect(String(error)).toMatch(/model|config\.json|tensor|tokenizer/);
  }
  expect(performance.now() - start).toBeLessThan(LIMIT_MS);
}

it('whole it opens', () => expect(() => damaged('config.json', originals['config.json'])).not.toThrow());

it.each(Object.keys(originals))('%s cut anywhere', (name) => {
  const at = fc.nat(originals[name].length - 1);
  fc.assert(
    fc.property(at, (cut) => damaged(name, originals[name].subarray(0, cut))),
    { numRuns: 60 },
  );
});

it.each(Object.keys(originals))('%s with bytes changed', (name) => {
  const reach = Math.min(originals[name].length, 4000);
  const changes = fc.array(fc.tuple(fc.nat(reach - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(changes, (list) => {
      const bytes = Buffer.from(originals[name]);
      for (const [at, value] of list) bytes[at] = value;
      damaged(name, bytes);
    }),
    { numRuns: 150 },
  );
});
