/** `plumb compare` and `plumb lab`, the built program: documents, what is said of wrong use, and models by name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { PairReport } from '../../src/main/evaluate/compare-models.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { document, failure, plumb } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-compare-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const call = <T = Record<string, unknown>>(...words: string[]) => document<T>(...words, '--home', home);
const fails = (code: number, ...words: string[]) => failure(code, ...words, '--home', home);

type Compared = PairReport & Record<'a' | 'b', Record<string, unknown>>;

describe('compare', () => {
  const SAME = ['compare', 'helpful-reference', 'helpful-reference', '--threads', '1'];

  it('two models: the document of the contract, the task found from the models', async () => {
    const found = await call<Compared & Record<string, unknown>>(...SAME, '--n', '40', '--best-of', '3');
    expect(found).toMatchObject({ n: 40, judge: 'gold', task: 'helpful', tie_threshold: 0.25, seed: 1 });
    expect(found.win + found.tie + found.loss).toBe(40);
    expect(found.win_rate).toBeCloseTo((found.win + found.tie / 2) / 40, 12);
    expect(found.interval[0]).toBeLessThan(found.win_rate);
    expect(found.interval[1]).toBeGreaterThan(found.win_rate);
    expect(found.a).toMatchObject({ name: 'helpful-reference best of 3', kl: null, best_of_n: { n: 3 } });
    expect(found.b).toMatchObject({ name: 'helpful-reference (2)', kl: 0 });
    for (const { quality, length } of [found.a, found.b] as { quality: number; length: number }[]) {
      expect(quality).toBeGreaterThan(1);
      expect(quality).toBeLessThan(5);
      expect(length).toBeGreaterThan(5);
    }
  }, 120_000);

  it('prompts of a file, a judge that needs no task, three models ranked', async () => {
    const path = join(folder, 'prompts.jsonl');
    const prompts = tasks.get('helpful').prompts('held-out', 12, 9);
    writeFileSync(path, prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(''));
    const words = ['compare', 'helpful-reference', 'helpful-reference', 'helpful-reference', '--threads', '1'];
    const found = await call(...words, '--prompts', path, '--judge', 'length', '--n', '10');
    expect(found).toMatchObject({ n: 10, judge: 'length', task: 'helpful', models: [{}, {}, {}], pairs: [{}, {}, {}] });
    expect(found).toHaveProperty('ranking.method');
  }, 120_000);

  it.each([
    [2, ['compare', 'helpful-reference'], /two models/],
    [2, [...SAME, '--judge', 'golden'], /gold, reward-model, llm, length/],
    [2, [...SAME, '--task', 'help'], /tldr, helpful, harmless, enumerable/],
    [2, [...SAME, '--judge', 'reward-model'], /--reward-model/],
    [2, [...SAME, '--judge', 'llm'], /--judge-url/],
    [2, [...SAME, '--judge', 'llm', '--judge-url', 'file:///etc/passwd', '--judge-model', 'x'], /http address/],
    [2, [...SAME, '--n', '0'], /--n must be/],
    [2, [...SAME, '--temperature', 'warm'], /--temperature must be/],
    [2, [...SAME, '--best-of', '2', '--pick-by', 'llm'], /--judge-url/],
    [3, ['compare', 'helpful-reference', 'nobody'], /nobody/],
    [3, [...SAME, '--prompts', 'missing.jsonl'], /missing\.jsonl/],
    [3, [...SAME, '--judge', 'reward-model', '--reward-model', 'helpful-reference'], /score/],
  ] as const)('exit code %i: plumb %s', async (code, words, message) => {
    expect((await fails(code, ...words)).message).toMatch(message);
  });
});

describe('lab', () => {
  it('the built-in task: optimum, start and policies', async () => {
    const words = ['lab', '--methods', 'exact', '--steps', '5', '--prompts', '2', '--threads', '1'];
    const { results } = await call<{ results: Record<string, unknown>[] }>(...words, '--beta', '0.5', '1');
    expect(results.map(({ beta }) => beta)).toEqual([0.5, 1]);
    for (const result of results) {
      const [start, policy] = [result.start, result.policy] as { beta_kl_policy_star: number }[];
      expect(policy.beta_kl_policy_star).toBeLessThan(start.beta_kl_policy_star);
      expect(result.policies).toMatchObject([{ method: 'exact', title: 'Exact gradient' }]);
    }
  }, 120_000);

  it.each([
    [2, ['lab', '--methods', 'magic'], /exact, ppo, rloo/],
    [2, ['lab', '--beta', '0'], /--beta/],
    [2, ['lab', '--steps', '1.5'], /whole number/],
    [3, ['lab', '--model', 'helpful-reference', '--steps', '1'], /symbol/],
    [3, ['lab', '--input', 'missing.json'], /missing\.json/],
  ] as const)('exit code %i: plumb %s', async (code, words, message) => {
    expect((await fails(code, ...words)).message).toMatch(message);
  });

  it('prints a table for people', async () => {
    const { out, code } = await plumb(
      'lab',
      '--methods',
      'exact',
      '--steps',
      '1',
      '--prompts',
      '1',
      '--quiet',
      '--home',
      home,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/Reference +\d\.\d{4} +0\.000/);
  });
});
