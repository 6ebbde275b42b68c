/** Holds a folder of small checkpoints against what transformers computed with them: log-probabilities, logits, greedy tokens, gradients, scores. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { padBatch } from '../../../src/main/data/batches.ts';
import { openCheckpoint } from '../../../src/main/data/checkpoints/index.ts';
import { Decoder } from '../../../src/main/engine/generation/decoder.ts';
import { generate } from '../../../src/main/engine/generation/generate.ts';
import { type LanguageModel, loadLanguageModel, weightFeeds } from '../../../src/main/engine/models/language-model.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';
import { createRewardScorer } from '../../../src/main/evaluate/reward-scoring.ts';
import { createScorer } from '../../../src/main/evaluate/scoring.ts';
import { batchFeeds, buildStepGraph, gradientName } from '../../../src/main/train/step-graph.ts';

interface Prompt {
  readonly input_ids: number[];
  readonly next_token_logps: number[];
  readonly last_logits: number[];
  readonly greedy_ids: number[];
  readonly smallest_greedy_gap: number;
}

interface Expected {
  readonly prompts?: readonly Prompt[];
  /** By parameter: length of the gradient and its product with cos(0), cos(1), … */
  readonly gradients?: Readonly<Record<string, { norm: number; projection: number }>>;
  readonly scores?: readonly { input_ids: number[]; score: number }[];
}

/** Room for the longest row; learnt positions have an end. */
const positionsOf = ({ config }: LanguageModel): number => config.positionLimit ?? 128;
const TOLERANCE = 2e-5;

/** Largest |found − expected| over both lists. */
function worst(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return expected.reduce((w, e, i) => Math.max(w, Math.abs(found[i] - e)), 0);
}

/** One `describe` for each checkpoint of the folder. */
export function describeCheckpoints(golden: URL): void {
  const names = readdirSync(golden).filter((name) => !name.includes('.'));
  describe.each(names)('%s', (name) => {
    const { config, tensors } = openCheckpoint(fileURLToPath(new URL(name, golden)));
    const model = loadLanguageModel(config, tensors);
    const expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, golden), 'utf8')) as Expected;
    if (expected.prompts) checkLanguage(model, expected.prompts);
    if (expected.prompts && expected.gradients) checkGradientsOf(model, expected.prompts, expected.gradients);
    if (expected.scores) checkScores(model, expected.scores);
  });
}

function checkLanguage(model: LanguageModel, prompts: readonly Prompt[]): void {
  const ids = prompts.map((p) => p.input_ids);

  it.each(['frozen', 'live'] as const)('predicts what transformers predicts (%s weights)', async (weights) => {
    const scorer = await createScorer(model, { weights, maxPositions: positionsOf(model), threads: 1 });
    const logps = await scorer.score(ids);
    const last = await scorer.lastLogits(ids);
    await scorer.close();
    prompts.forEach((p, i) => {
      expect(worst(logps[i], p.next_token_logps), `log-probabilities of prompt ${i}`).toBeLessThan(TOLERANCE);
      expect(worst(last[i], p.last_logits), `logits of prompt ${i}`).toBeLessThan(TOLERANCE);
    });
  });

  it('decodes the same greedy tokens', async () => {
    const decoder = await Decoder.create(model, { weights: 'frozen', maxPositions: positionsOf(model), threads: 1 });
    const maxNewTokens = prompts[0].greedy_ids.length;
    const options = { maxNewTokens, greedy: true, ignoreEos: true, eosIds: [], random: createRandom(1) };
    const found = await generate(decoder, ids, options);
    await decoder.close();
    expect(found.map((c) => c.ids)).toEqual(prompts.map((p) => p.greedy_ids));
    for (const p of prompts) expect(p.smallest_greedy_gap).toBeGreaterThan(1e-4);
  });
}

/** The loss of the recorded gradients: token i of all rows counts (1 or −0.5)(1 + i/4) times its ln p. */
function checkGradientsOf(
  model: LanguageModel,
  prompts: readonly Prompt[],
  expected: NonNullable<Expected['gradients']>,
): void {
  it('has the gradients that PyTorch has in float64', async () => {
    const rows = prompts.filter((p) => p.input_ids.length > 1).map((p) => ({ ids: p.input_ids, start: 0 }));
    const batch = padBatch(rows, 0);
    const upstream = Float32Array.from({ length: batch.rows.length }, (_, i) => (i % 2 === 0 ? 1 : -0.5) * (1 + i / 4));
    const graph = buildStepGraph(model, positionsOf(model), (g, { logp }) =>
      g.reduceSum(g.mul(g.input('upstream', 'float32', ['M']), logp)),
    );
    const session = await Session.create(graph, { threads: 1 });
    const feeds = { ...weightFeeds(model), ...batchFeeds(batch), upstream: float32([upstream.length], upstream) };
    const found = await session.run(feeds);
    await session.close();
    const aliases = Object.entries(model.architecture.aliases ?? {});
    for (const { name } of model.specs) {
      const wanted = expected[name] ?? expected[aliases.find(([, own]) => own === name)?.[0] ?? ''];
      const gradient = Array.from(found[gradientName(name)].data, Number);
      const projection = gradient.reduce((sum, x, i) => sum + x * Math.cos(i), 0);
      const tolerance = 1e-6 + 2e-5 * wanted.norm;
      expect(Math.abs(Math.hypot(...gradient) - wanted.norm), `length, ${name}`).toBeLessThan(tolerance);
      expect(Math.abs(projection - wanted.projection), `projection, ${name}`).toBeLessThan(tolerance);
    }
  });
}

function checkScores(model: LanguageModel, scores: NonNullable<Expected['scores']>): void {
  it('scores what transformers scores, together and alone', async () => {
    const scorer = await createRewardScorer(model, { weights: 'frozen', maxPositions: positionsOf(model), threads: 1 });
    const together = await scorer.scores(scores.map((s) => s.input_ids));
    expect(
      worst(
        together,
        scores.map((s) => s.score),
      ),
    ).toBeLessThan(TOLERANCE);
    for (const { input_ids, score } of scores) expect((await scorer.scores([input_ids]))[0]).toBeCloseTo(score, 4);
    await scorer.close();
  });
}
