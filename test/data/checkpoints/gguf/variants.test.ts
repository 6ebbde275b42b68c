/** GGUF models of every form that is read, against transformers on the dequantised weights (test/golden/gguf/models): logits and log-probabilities. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../src/main/data/checkpoints/index.ts';
import { loadLanguageModel } from '../../../../src/main/engine/models/language-model.ts';
import { createScorer } from '../../../../src/main/evaluate/scoring.ts';
import { goldenModel } from './written-by-hand.ts';

interface Model {
  readonly file: string;
  readonly prompts: { input_ids: number[]; next_token_logps: number[]; last_logits: number[] }[];
}

const folder = dirname(goldenModel('any'));
const models = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Model[];

const worst = (found: ArrayLike<number>, expected: readonly number[]): number =>
  found.length === expected.length
    ? expected.reduce((w, e, i) => Math.max(w, Math.abs(found[i] - e)), 0)
    : Number.POSITIVE_INFINITY;

describe('GGUF models', () => {
  it('every file has its numbers', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.gguf'));
    expect(models.map(({ file }) => file).sort()).toEqual(files.sort());
  });

  it.each(models)('$file', async ({ file, prompts }) => {
    const { config, tensors } = openCheckpoint(`${folder}/${file}`);
    const ids = prompts.map((p) => p.input_ids);
    const model = loadLanguageModel(config, tensors);
    const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 16, threads: 1 });
    const logps = await scorer.score(ids);
    const last = await scorer.lastLogits(ids);
    await scorer.close();
    prompts.forEach((p, i) => {
      expect(worst(logps[i], p.next_token_logps)).toBeLessThan(2e-5);
      expect(worst(last[i], p.last_logits)).toBeLessThan(2e-5);
    });
  });
});
