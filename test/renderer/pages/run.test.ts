/** What a run page says of a run: warnings from its curves, changed words of its samples, marks of its evaluations. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CurveBook } from '../../../src/charts/curve-book.ts';
import { parseConfig } from '../../../src/main/train/config.ts';
import { methods } from '../../../src/main/train/methods/index.ts';
import type { RunDetail } from '../../../src/preload/contract/index.ts';
import { actionsOf } from '../../../src/renderer/pages/run/remedies.tsx';
import { RULES, warningsOf } from '../../../src/renderer/pages/run/rules/index.ts';
import { mergeBy } from '../../../src/renderer/pages/run/run-data.ts';
import { changedWords, repeats, samplesByPrompt } from '../../../src/renderer/pages/run/samples.tsx';
import { evaluationMarks } from '../../../src/renderer/pages/run/strip.tsx';

function bookOf(count: number, valuesAt: (step: number) => Record<string, number | null>): CurveBook {
  const book = new CurveBook();
  for (let step = 1; step <= count; step++)
    book.append([{ step, seconds: step, evaluation: false, values: valuesAt(step) }]);
  return book;
}

const PAGE = { curve: () => undefined, samples: () => undefined };
const FINISHED = {
  id: 'run-1',
  name: 'run-1',
  method: 'dpo',
  status: 'finished',
  config: { beta: 0.1, learning_rate: 1e-6 },
  data: [],
  checkpoints: [],
  referenceModel: 'base',
} as unknown as RunDetail;

const kinds = (book: CurveBook) => warningsOf(book).map(({ kind }) => kind);

describe('warnings', () => {
  it('are none for a healthy run, nor before there is enough to say', () => {
    const healthy = (step: number) => ({
      loss: 0.5,
      grad_norm: 1,
      'rewards/chosen': step / 100,
      'rewards/margins': step / 50,
    });
    expect(kinds(bookOf(60, healthy))).toEqual([]);
    expect(kinds(bookOf(5, () => ({ 'rewards/chosen': -9, 'rewards/margins': 9, grad_norm: 99 })))).toEqual([]);
  });

  it('see displacement: chosen falls while the margin grows', () => {
    const book = bookOf(60, (step) => ({ 'rewards/chosen': -step / 100, 'rewards/margins': step / 50 }));
    const [warning] = warningsOf(book);
    expect(warning.kind).toBe('displacement');
    expect(warning.text).toContain('rewards/chosen is −0.56 nats');
    expect(kinds(bookOf(60, (step) => ({ 'rewards/chosen': -step / 100, 'rewards/margins': -step / 50 })))).toEqual([]);
  });

  it('see a gradient spike by its step, and a loss that is no number', () => {
    const book = bookOf(60, (step) => ({ grad_norm: step === 43 ? 50 : 1, loss: step > 50 ? null : 1 }));
    expect(warningsOf(book).map(({ title }) => title)).toEqual([
      'The loss is not a finite number since step 51.',
      'A gradient spike at step 43.',
    ]);
  });

  it('see answers that grow, do not end, or leave the reference', () => {
    const book = bookOf(60, (step) => ({
      'completions/mean_length': 30 + step,
      'val/contain_eos_token': 0.5,
      'objective/kl': step,
    }));
    expect(kinds(book)).toEqual(['kl', 'missing-eos', 'length']);
  });

  it('see a collapse by the entropy, or by pairs that are alike, and none where it only sinks', () => {
    const entropy = (last: number) => bookOf(60, (step) => ({ 'objective/entropy': step < 40 ? 2 : last }));
    expect(kinds(entropy(0.3))).toEqual(['collapse']);
    expect(kinds(entropy(0.5))).toEqual([]);
    const alike = (share: number) => bookOf(30, () => ({ 'pairs/identical': 32 * share, 'pairs/labels_bought': 32 }));
    expect(warningsOf(alike(0.41))[0].text).toMatch(/^41% of pairs/);
    expect(kinds(alike(0.3))).toEqual([]);
  });

  it('see gold fall while the proxy rises, not while both do', () => {
    const evaluated = (gold: readonly number[], scores: readonly number[]) => {
      const book = new CurveBook();
      gold.forEach((value, i) => {
        const values = { 'eval_objective/gold': value, 'eval_objective/scores': scores[i] };
        book.append([{ step: 20 * i, seconds: i, evaluation: true, values }]);
      });
      return book;
    };
    const [warning] = warningsOf(evaluated([1, 3, 2.5, 2], [0, 1, 2, 3]));
    expect(warning.title).toBe('The proxy reward still rises, the gold score has fallen since step 20.');
    expect(kinds(evaluated([1, 3, 2.5, 2], [0, 3, 2, 1]))).toEqual([]);
    expect(kinds(evaluated([1, 2, 3, 2.95], [0, 1, 2, 3]))).toEqual([]);
  });

  it('of displacement say what can be done about it', () => {
    const book = bookOf(60, (step) => ({ 'rewards/chosen': -step / 100, 'rewards/margins': step / 50 }));
    const [warning] = warningsOf(book);
    const labels = (change: Partial<RunDetail> = {}) =>
      actionsOf(warning, { ...FINISHED, ...change }, { ...PAGE, hasCurve: () => true }).map(({ label }) => label);
    expect(labels()).toEqual([
      'Show where the mass went',
      'Clone with rpo_alpha 1',
      'Clone with beta 0.2',
      'Continue as online DPO',
    ]);
    // nothing answers for a run without a checkpoint, and what is there already is not offered
    expect(labels({ status: 'stopped', config: { ...FINISHED.config, rpo_alpha: 1 } })).toEqual([
      'Clone with beta 0.2',
    ]);
  });

  it('of a turned gold score lead to the checkpoint nearest to the best one', () => {
    const run = {
      ...FINISHED,
      method: 'ppo',
      checkpoints: [10, 30, 50].map((step) => ({ step, bytes: 1, createdAt: '' })),
    };
    const over = RULES.find(({ kind }) => kind === 'over-optimisation');
    const [first] = actionsOf({ remedies: over?.remedies ?? [], step: 22 }, run, { ...PAGE, hasCurve: () => true });
    const went: string[] = [];
    void first.act((path) => went.push(path));
    expect(first.label).toBe('Inspect the checkpoint of step 30');
    expect(went).toEqual(['/inspect?a=run-1%4030&ref=base']);
  });

  it('offer only clones that the method takes, and that change what the run had', () => {
    const offered: string[] = [];
    for (const method of methods.all) {
      const names = { model: 'm', dataset: 'd', reward_model: 'r', annotator: 'reward_model' };
      const known = Object.fromEntries(Object.entries(names).filter(([key]) => key in method.params.shape));
      const config = parseConfig(method.params, { method: method.id, ...known });
      const run = { ...FINISHED, method: method.id, config };
      for (const rule of RULES)
        for (const remedy of rule.remedies) {
          if (remedy.to !== 'clone') continue;
          const values = remedy.values({ ...run.config, method: run.method });
          if (values === null) continue;
          const next = parseConfig(method.params, { ...config, ...values }) as Record<string, unknown>;
          for (const [key, value] of Object.entries(values)) {
            expect(next[key], `${rule.kind}: ${method.id} takes ${key}`).toEqual(value);
            expect((config as Record<string, unknown>)[key], `${rule.kind}: ${method.id} ${key}`).not.toEqual(value);
            offered.push(`${method.id} ${key}`);
          }
        }
    }
    expect(offered).toContain('rloo kl_coef');
    expect(offered).toContain('kto beta');
    expect(offered).toContain('online_dpo loss_type');
    expect(offered).toContain('ppo missing_eos_penalty');
    expect(offered).toContain('sft learning_rate');
    expect(offered).not.toContain('dpo missing_eos_penalty');
  });

  it('each have a remedy for every method that can raise them, and the paper that describes them', () => {
    for (const { kind, remedies, paper } of RULES) {
      expect(remedies.length, kind).toBeGreaterThan(1);
      expect(paper.url, kind).toMatch(/^https:\/\/arxiv\.org\/abs\/\d{4}\.\d{4,5}$/);
    }
  });

  it('come from rules in files of their own, each in the registry, with its threshold in words', () => {
    const folder = new URL('../../../src/renderer/pages/run/rules/', import.meta.url);
    const files = readdirSync(folder).filter((name) => !['index.ts', 'rule.ts', 'remedy.ts'].includes(name));
    expect(files).toHaveLength(RULES.length);
    expect(new Set(RULES.map(({ kind }) => kind)).size).toBe(RULES.length);
    for (const { raisedWhen } of RULES) expect(raisedWhen).toMatch(/\.$/);
  });
});

describe('samples', () => {
  const sample = (step: number, promptIndex: number) => ({
    step,
    promptIndex,
    prompt: 'p',
    completion: `c${step}`,
    tokens: 1,
    reward: null,
    finishReason: 'eos',
  });

  it('stand by prompt, in the order of steps', () => {
    const groups = samplesByPrompt([sample(20, 1), sample(0, 1), sample(0, 0)]);
    expect(groups.map((group) => group.map(({ step, promptIndex }) => [promptIndex, step]))).toEqual([
      [[0, 0]],
      [
        [1, 0],
        [1, 20],
      ],
    ]);
  });

  it('mark words that the answer before did not have, unless nearly all are new', () => {
    const marked = (before: string | undefined, now: string) =>
      changedWords(before, now)
        .filter(({ only }) => only)
        .map(({ text }) => text.trim());
    expect(marked('a fox can run far', 'a fox can fly far')).toEqual(['fly']);
    expect(marked('one two three', 'four five six')).toEqual([]);
    expect(marked(undefined, 'first')).toEqual([]);
    expect(
      changedWords('a b', 'a c')
        .map(({ text }) => text)
        .join(''),
    ).toBe('a c');
  });

  it('are called repeating when a stretch of words comes three times at once', () => {
    expect(repeats('I hope this helps. I hope this helps. I hope this helps.')).toBe(true);
    expect(repeats('A fox runs far and a squirrel climbs high in the tree.')).toBe(false);
    expect(repeats('')).toBe(false);
  });
});

describe('the progress strip', () => {
  const marks = (maxSteps: number, eval_steps: number) =>
    evaluationMarks({ maxSteps, config: { eval_steps } } as unknown as RunDetail);
  it('marks evaluations within the run, unless they are too many to tell apart', () => {
    expect(marks(100, 25)).toEqual([0.25, 0.5, 0.75]);
    expect(marks(100, 30)).toEqual([0.3, 0.6, 0.9]);
    expect(marks(100, 0)).toEqual([]);
    expect(marks(10_000, 10)).toEqual([]);
  });
});

describe('merging what streams with what is stored', () => {
  it('lets the later row of a key take the place of the earlier', () => {
    const key = ({ id }: { id: number }) => String(id);
    expect(
      mergeBy(
        [
          { id: 1, v: 'a' },
          { id: 2, v: 'b' },
        ],
        [
          { id: 2, v: 'c' },
          { id: 3, v: 'd' },
        ],
        key,
      ),
    ).toEqual([
      { id: 1, v: 'a' },
      { id: 2, v: 'c' },
      { id: 3, v: 'd' },
    ]);
  });
});
