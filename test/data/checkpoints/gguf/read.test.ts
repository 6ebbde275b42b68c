/** Whole GGUF models of the shared folder, against transformers on the same weights: ids, logits, log-probabilities, greedy tokens. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/main/base/random.ts';
import { openCheckpoint } from '../../../../src/main/data/checkpoints/index.ts';
import { loadTokenizer } from '../../../../src/main/data/tokenizers/index.ts';
import { Decoder } from '../../../../src/main/engine/generation/decoder.ts';
import { generate } from '../../../../src/main/engine/generation/generate.ts';
import { architectures } from '../../../../src/main/engine/models/index.ts';
import { loadLanguageModel } from '../../../../src/main/engine/models/language-model.ts';
import { createScorer } from '../../../../src/main/evaluate/scoring.ts';

interface Model {
  readonly file: string;
  readonly architecture: string;
  readonly config: Record<string, unknown>;
  readonly tokenizer_cases: { text: string; ids: number[] }[];
  readonly prompts: {
    input_ids: number[];
    next_token_logps: number[];
    last_logits: number[];
    greedy_ids: number[];
  }[];
}

const shared = process.env.PLUMB_SHARED ?? fileURLToPath(new URL('../../../../../shared/', import.meta.url));
const folder = join(shared, 'fixtures/gguf');
const present = existsSync(join(folder, 'expected.json'));
const models: Model[] = present ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')).models : [];
const computed = models.filter(({ architecture }) =>
  architectures.all.some(({ modelTypes }) => modelTypes.includes(architecture)),
);
const MAX_POSITIONS = 128;

const worst = (found: ArrayLike<number>, expected: readonly number[]): number =>
  expected.reduce((w, e, i) => Math.max(w, Math.abs(found[i] - e)), 0);

describe.skipIf(!present)('GGUF models of the shared folder', () => {
  it.each(models)('$file: ids of the tokenizer in the file', ({ file, tokenizer_cases: cases }) => {
    const tokenizer = loadTokenizer(join(folder, file));
    expect(cases.map(({ text }) => tokenizer.encode(text).ids)).toEqual(cases.map(({ ids }) => ids));
  });

  it.each(models)('$file: the config of its metadata', ({ file, config }) => {
    const found = openCheckpoint(join(folder, file)).config;
    // what a tokenizer is for the model stands elsewhere, or changes nothing
    for (const [key, value] of Object.entries(config))
      if (!['attention_dropout', 'bos_token_id'].includes(key)) expect(found[key], key).toEqual(value);
  });

  it.each(computed)('$file: logits, log-probabilities, greedy tokens', async ({ file, prompts }) => {
    const { config, tensors } = openCheckpoint(join(folder, file));
    const model = loadLanguageModel(config, tensors);
    const ids = prompts.map((p) => p.input_ids);
    const scorer = await createScorer(model, { weights: 'frozen', maxPositions: MAX_POSITIONS, threads: 1 });
    const logps = await scorer.score(ids);
    const last = await scorer.lastLogits(ids);
    await scorer.close();
    const decoder = await Decoder.create(model, { weights: 'frozen', maxPositions: MAX_POSITIONS, threads: 1 });
    const options = { maxNewTokens: 16, greedy: true, ignoreEos: true, eosIds: [], random: createRandom(1) };
    const found = await generate(decoder, ids, options);
    await decoder.close();
    prompts.forEach((p, i) => {
      expect(worst(logps[i], p.next_token_logps), `log-probabilities of prompt ${i}`).toBeLessThan(2e-5);
      expect(worst(last[i], p.last_logits), `logits of prompt ${i}`).toBeLessThan(2e-5);
      expect(found[i].ids, `prompt ${i}`).toEqual(p.greedy_ids);
    });
  });
});
