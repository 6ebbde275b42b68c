/** Comparisons of real models: the built-in references and one that was damaged on purpose; references' gold and off-grammar share. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/main/base/random.ts';
import { mean } from '../../src/main/base/statistics.ts';
import { builtInModelFolder, builtInModels } from '../../src/main/data/built-in-models.ts';
import { cloneLanguageModel } from '../../src/main/engine/models/language-model.ts';
import {
  type CompareOptions,
  compareModels,
  type PairReport,
  rankModels,
} from '../../src/main/evaluate/compare-models.ts';
import { taskOfPrompts, taskOfTokenizer } from '../../src/main/evaluate/find-task.ts';
import { judges } from '../../src/main/evaluate/judges/index.ts';
import { answerLimit, answerTask } from '../../src/main/evaluate/task-samples.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { type LoadedModel, loadModel } from '../../src/main/train/load-model.ts';

const load = (name: string): LoadedModel => loadModel(builtInModelFolder(name) ?? name);

describe('built-in references', () => {
  it('there is one a task, by name', () => {
    expect(builtInModels()).toEqual(tasks.all.map(({ id }) => `${id}-reference`).sort());
    expect([builtInModelFolder('nobody'), builtInModelFolder('../models/tldr-reference')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['tldr', 1.87],
    ['helpful', 0.93],
    ['harmless', 0.97],
  ] as const)('%s-reference leaves room: gold near %f, a few percent off grammar', async (id, gold) => {
    const task = tasks.get(id);
    const prompts = task.prompts('held-out', 400, 3);
    const answers = await answerTask(task, load(`${id}-reference`), prompts, { temperature: 1, seed: 3, threads: 1 });
    expect(Math.abs(mean(answers.map((a) => a.gold)) - gold)).toBeLessThan(0.2);
    const off = mean(answers.map((a) => (a.onGrammar ? 0 : 1)));
    expect(off).toBeGreaterThan(0.01);
    expect(off).toBeLessThan(0.07);
    expect(mean(answers.map((a) => (a.ended ? 1 : 0)))).toBeGreaterThan(0.97);
  });

  it('each knows one world alone, one token a word', () => {
    for (const task of tasks.all) {
      const { tokenizer } = load(`${task.id}-reference`);
      expect(taskOfTokenizer(tokenizer)?.id).toBe(task.id);
      expect(answerLimit(task, tokenizer)).toBe(task.maxCompletionTokens);
      expect(taskOfPrompts(task.prompts('held-out', 3, 1))?.id).toBe(task.id);
    }
    expect(taskOfPrompts([])).toBeUndefined();
    expect(taskOfPrompts(['something else'])).toBeUndefined();
  });
});

describe('compareModels', () => {
  const task = tasks.get('helpful');
  const good = load('helpful-reference');
  // weights with noise: the same tokens, worse answers
  const model = cloneLanguageModel(good.model);
  const random = createRandom('damage');
  for (const [name, data] of model.weights)
    if (name.includes('proj')) for (let i = 0; i < data.length; i++) data[i] += 0.06 * random.normal();
  const bad = { ...good, model };
  const options = async (change: Partial<CompareOptions> = {}): Promise<CompareOptions> => ({
    prompts: task.prompts('held-out', 96, 5),
    task,
    judge: await judges.get('gold').open({ task, tie: 0.25, seed: 1 }),
    maxNewTokens: 8,
    temperature: 1,
    seed: 1,
    threads: 1,
    reference: good,
    ...change,
  });
  const contestant = (name: string, answerer = good) => ({ name, answerer });

  it('sees that a damaged model is worse, in every column', async () => {
    const { reports, pairs } = await compareModels([contestant('good'), contestant('bad', bad)], await options());
    const [{ report }] = pairs;
    expect(report.win + report.tie + report.loss).toBe(96);
    expect(report.win_rate).toBeCloseTo((report.win + report.tie / 2) / 96, 12);
    expect(report.interval[0]).toBeGreaterThan(0.5);
    expect(report.win_minus_loss.low).toBeGreaterThan(0);
    expect(report.length_controlled_win_rate).toBeGreaterThan(0.5);
    const [a, b] = reports;
    expect(a.quality).toBeGreaterThan(b.quality ?? 5);
    expect(a.kl).toBe(0);
    expect(b.kl).toBeGreaterThan(0.5);
    expect(b.off_grammar).toBeGreaterThan(a.off_grammar ?? 1);
  });

  it('equal models with the same seed draw different answers and are not told apart', async () => {
    const { pairs } = await compareModels([contestant('a'), contestant('b')], await options());
    const [{ report }] = pairs;
    expect(report.win).toBeGreaterThan(5);
    expect(report.loss).toBeGreaterThan(5);
    expect(report.interval[0]).toBeLessThan(0.5);
    expect(report.interval[1]).toBeGreaterThan(0.5);
  });

  it('the same seed gives the same numbers', async () => {
    const run = async () => compareModels([contestant('a'), contestant('b', bad)], await options());
    expect(await run()).toEqual(await run());
  });

  it('best of 4 by gold beats one sample, and says how far it can have gone', async () => {
    const setting = await options();
    const best = { ...contestant('best'), bestOf: { n: 4, picker: setting.judge } };
    const { reports, pairs } = await compareModels([best, contestant('one')], setting);
    expect(pairs[0].report.win_minus_loss.low).toBeGreaterThan(0.2);
    expect(reports[0].best_of_n?.kl_upper_bound).toBeCloseTo(Math.log(4) - 0.75, 12);
    expect(reports[0].kl).toBeNull();
  });

  it('free prompts: no task, a limit of tokens, no grammar', async () => {
    const judge = await judges.get('length').open({ tie: 0, seed: 1 });
    const setting = await options({ task: undefined, judge, prompts: ['hello .', 'hey . i work as a cook .'] });
    const { reports } = await compareModels([contestant('a'), contestant('b', bad)], setting);
    expect(reports.map((r) => [r.off_grammar, r.quality])).toEqual([
      [null, null],
      [null, null],
    ]);
    for (const { length } of reports) expect(length).toBeLessThanOrEqual(8);
    await expect(compareModels([contestant('a'), contestant('b')], await options({ prompts: [] }))).rejects.toThrow(
      /prompts/,
    );
  });

  it('more than two are ranked', async () => {
    const contestants = [contestant('bad', bad), contestant('good'), contestant('good too')];
    const { reports, pairs } = await compareModels(contestants, await options());
    expect(pairs.map(({ a, b }) => [a, b])).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
    const ranking = rankModels(
      reports.map(({ name }) => name),
      pairs,
    );
    expect(ranking.method).toBe('davidson');
    expect(ranking.models?.at(-1)?.name).toBe('bad');
    expect(ranking.models?.reduce((sum, { strength }) => sum + strength, 0)).toBeCloseTo(0, 9);
  });

  it('one that always wins has no finite strength: said in words', () => {
    const report: PairReport = {
      n: 5,
      win: 5,
      tie: 0,
      loss: 0,
      win_rate: 1,
      interval: [0.5, 1],
      win_minus_loss: { value: 1, low: 1, high: 1 },
      length_controlled_win_rate: 1,
    };
    expect(rankModels(['a', 'b'], [{ a: 0, b: 1, report }])).toMatchObject({ method: 'bradley_terry', models: null });
  });
});
