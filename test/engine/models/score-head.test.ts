/** The score head against transformers' sequence classifier, and a head put on a language model. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { standardDeviation } from '../../../src/main/base/statistics.ts';
import { writeModelFolder } from '../../../src/main/data/checkpoints/huggingface.ts';
import { initLanguageModel } from '../../../src/main/engine/models/language-model.ts';
import { SCORE_WEIGHT, scorePosition, withScoreHead } from '../../../src/main/engine/models/score-head.ts';
import { createRewardScorer } from '../../../src/main/evaluate/reward-scoring.ts';
import { loadModel } from '../../../src/main/train/load-model.ts';

const folder = fileURLToPath(new URL('../../golden/models/llama-value/', import.meta.url));
const golden = JSON.parse(readFileSync(join(folder, 'values.json'), 'utf8')) as {
  prompts: { input_ids: number[]; values: number[]; reward: number }[];
};

const raw = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 40,
  hidden_size: 256,
  intermediate_size: 24,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  max_position_embeddings: 16,
  tie_word_embeddings: false,
  pad_token_id: 0,
};

describe('a sequence classifier of transformers', () => {
  it('gives the recorded value at every position, batched and alone', async () => {
    const { model } = loadModel(folder, { head: 'score' });
    const sequences = golden.prompts.map((p) => p.input_ids);
    const scorer = await createRewardScorer(model, { weights: 'frozen', maxPositions: 256, threads: 1 });
    try {
      const together = await scorer.values(sequences);
      const scores = await scorer.scores(sequences);
      for (const [i, prompt] of golden.prompts.entries()) {
        const [alone] = await scorer.values([prompt.input_ids]);
        prompt.values.forEach((value, t) => {
          expect(together[i][t], `prompt ${i}, position ${t}`).toBeCloseTo(value, 5);
          expect(alone[t]).toBeCloseTo(together[i][t], 5);
        });
        expect(scores[i]).toBeCloseTo(prompt.reward, 5);
      }
    } finally {
      await scorer.close();
    }
  });

  it('is refused where a language model is needed, and the other way round', () => {
    expect(() => loadModel(folder)).toThrow('LlamaForSequenceClassification gives scores, it has no language head');
  });
});

describe('withScoreHead', () => {
  it('shares the body, leaves the language head out and starts at std 1/√(hidden + 1)', () => {
    const base = initLanguageModel(raw, 1);
    const scoring = withScoreHead(base, 2);
    expect(scoring.weights.has('lm_head.weight')).toBe(false);
    const body = 'model.layers.0.mlp.up_proj.weight';
    expect(scoring.weights.get(body)).toBe(base.weights.get(body));
    const head = scoring.weights.get(SCORE_WEIGHT) ?? new Float32Array();
    expect(head.length).toBe(256);
    expect(standardDeviation(head)).toBeGreaterThan(0.8 / Math.sqrt(257));
    expect(standardDeviation(head)).toBeLessThan(1.2 / Math.sqrt(257));
    expect(withScoreHead(base, 2).weights.get(SCORE_WEIGHT)).toEqual(head);
    expect(withScoreHead(base, 3).weights.get(SCORE_WEIGHT)).not.toEqual(head);
  });

  it('saved and loaded again it is a sequence classifier with the same weights', () => {
    const scoring = withScoreHead(initLanguageModel(raw, 1), 2);
    const path = mkdtempSync(join(tmpdir(), 'plumb-score-'));
    try {
      writeModelFolder(path, {
        config: scoring.config.raw,
        tensors: new Map(
          scoring.specs.map(({ name, shape }) => [
            name,
            { shape, data: scoring.weights.get(name) ?? new Float32Array() },
          ]),
        ),
        files: { 'tokenizer.json': readFileSync(join(folder, 'tokenizer.json')) },
      });
      const { model } = loadModel(path, { head: 'score' });
      expect(model.config.raw.architectures).toEqual(['LlamaForSequenceClassification']);
      expect(model.weights).toEqual(scoring.weights);
    } finally {
      rmSync(path, { recursive: true });
    }
  });
});

describe('scorePosition', () => {
  it('is the last token that is not padding, as in transformers', () => {
    expect(scorePosition([5, 6, 7], 0)).toBe(2);
    expect(scorePosition([5, 6, 0, 0], 0)).toBe(1);
    expect(scorePosition([0, 0], 0)).toBe(0);
    expect(scorePosition([5, 0], null)).toBe(1);
  });
});
