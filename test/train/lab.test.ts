/** The exact lab: a model's distribution in one pass, and methods held against the exact optimum (bounds of a small setting; the full one is `plumb lab`). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mean, sum } from '../../src/main/base/statistics.ts';
import { promptIds } from '../../src/main/data/batches.ts';
import { exactOptimum, normalised } from '../../src/main/evaluate/exact-optimum.ts';
import { legalTokens, listResponseDistribution } from '../../src/main/evaluate/response-tree.ts';
import { createScorer } from '../../src/main/evaluate/scoring.ts';
import { enumerable, RESPONSES, responseRewards } from '../../src/main/tasks/enumerable.ts';
import { labMethods } from '../../src/main/train/lab/index.ts';
import { runLab } from '../../src/main/train/lab/run-lab.ts';
import { loadModel } from '../../src/main/train/load-model.ts';

const REFERENCE = join(import.meta.dirname, '../../resources/models/enumerable-reference');

describe('the response tree', () => {
  const loaded = loadModel(REFERENCE);
  const legal = legalTokens(loaded.tokenizer);
  const prompts = enumerable.prompts('held-out', 3, 5).map((prompt) => promptIds(loaded.tokenizer, prompt));
  const logs = listResponseDistribution(loaded.model, prompts, legal, { threads: 1 });

  it('gives every prompt 2 801 probabilities that add up to 1', async () => {
    for (const row of await logs) {
      expect(row).toHaveLength(2801);
      expect(sum(row.map(Math.exp))).toBeCloseTo(1, 5);
    }
  });

  it('equals the model token by token, over the legal tokens', async () => {
    const scorer = await createScorer(loaded.model, { weights: 'frozen', maxPositions: 16, threads: 1 });
    try {
      const allowed = [...legal.symbols, legal.end];
      const [row] = await logs;
      for (const place of [0, 3, 8, 60, 399, 400, 1234, 2800]) {
        const response = RESPONSES[place];
        const tokens = [...response.map((symbol) => symbol), ...(response.length < 4 ? [legal.symbols.length] : [])];
        const prefixes = tokens.map((_, i) => [...prompts[0], ...response.slice(0, i).map((s) => legal.symbols[s])]);
        const logits = await scorer.lastLogits(prefixes);
        const expected = tokens.reduce((total, token, i) => {
          const kept = Float64Array.from(allowed, (id) => logits[i][id]);
          return total + normalised(kept)[token];
        }, 0);
        expect(Math.abs(row[place] - expected), RESPONSES[place].join(',')).toBeLessThan(
          1e-6 * Math.max(1, Math.abs(expected)),
        );
      }
    } finally {
      await scorer.close();
    }
  });
});

describe('methods against the exact optimum', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-lab-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (methods: readonly string[], steps: number, seed = 1) =>
    runLab({
      reference: REFERENCE,
      betas: [0.5],
      methods,
      prompts: 4,
      steps,
      learningRate: 1e-3,
      seed,
      threads: 1,
      folder,
      signal: new AbortController().signal,
    });

  it('the exact gradient comes near it: β KL(π‖π*) from 0.9 to below 0.05 in 60 steps on 4 prompts', async () => {
    const [{ start, policy, J_star, kl_star_ref }] = await run(['exact'], 60);
    expect(start.beta_kl_policy_star).toBeGreaterThan(0.6);
    expect(start.kl_policy_ref).toBe(0);
    expect(policy?.beta_kl_policy_star).toBeLessThan(0.05);
    // J* − J(π) = β KL(π‖π*), with float32 forward passes
    expect(Math.abs((policy?.gap ?? 9) - (policy?.beta_kl_policy_star ?? 0))).toBeLessThan(1e-6);
    expect(policy?.J).toBeLessThan(J_star);
    expect(Math.abs((policy?.kl_policy_ref ?? 0) - kl_star_ref)).toBeLessThan(0.2);
    expect(policy?.ood_mass).toBeLessThan(start.ood_mass);
  }, 120_000);

  it('measures on held-out prompts instead, where some are asked for', async () => {
    const options = { betas: [0.5], methods: ['exact'], prompts: 2, heldOut: 3, steps: 1, learningRate: 0, seed: 1 };
    const shared = { reference: REFERENCE, threads: 1, folder, signal: new AbortController().signal };
    const [result] = await runLab({ ...options, ...shared });
    expect(result).toMatchObject({ prompts: 2, held_out: 3 });
    const loaded = loadModel(REFERENCE);
    const held = enumerable.prompts('held-out', 3, 1);
    const ids = held.map((prompt) => promptIds(loaded.tokenizer, prompt));
    const logs = await listResponseDistribution(loaded.model, ids, legalTokens(loaded.tokenizer), { threads: 1 });
    const optima = logs.map((row, i) => exactOptimum(normalised(row), responseRewards(held[i]), 0.5));
    expect(result.J_star).toBeCloseTo(mean(optima.map(({ J_star }) => J_star)), 10);
    // a rate of 0 moves nothing: the end is the start, on the held-out prompts too
    expect(result.policies[0].beta_kl_policy_star).toBe(result.start.beta_kl_policy_star);
  }, 60_000);

  it('every method of the lab comes nearer: below 0.65 of the start in 30 steps, and the same seed gives the same numbers', async () => {
    const ids = labMethods.all.map(({ id }) => id);
    const [first] = await run(ids, 30);
    for (const { method, beta_kl_policy_star } of first.policies)
      expect(beta_kl_policy_star, method).toBeLessThan(0.65 * first.start.beta_kl_policy_star);
    const [again] = await run(['dpo'], 30);
    const numbersOf = ({ cpu_seconds: _seconds, ...numbers }: (typeof first.policies)[number]) => numbers;
    const dpo = first.policies.find(({ method }) => method === 'dpo');
    expect(numbersOf(again.policies[0])).toEqual(dpo && numbersOf(dpo));
  }, 300_000);
});
