/** Runs held against each other: series by seed, curves with bands and their down-sampling, final values with paired intervals, sides. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/main/base/random.ts';
import { meanInterval, pairedBootstrap } from '../../src/main/base/statistics.ts';
import { compareSides, type ScoredAnswers } from '../../src/main/evaluate/compare-sides.ts';
import { placesOf } from '../../src/main/evaluate/runs/axes.ts';
import { type LineOptions, lineOf, type PlacedColumn } from '../../src/main/evaluate/runs/curves.ts';
import { type ComparedRun, differingOptions, sortIntoSeries } from '../../src/main/evaluate/runs/series.ts';
import { pairedDifference, type RowSource, rowOf } from '../../src/main/evaluate/runs/table.ts';
import { countVerdicts, pointOf } from '../../src/main/evaluate/win-rate.ts';

const run = (id: string, config: Record<string, unknown>, more: Partial<ComparedRun> = {}): ComparedRun => ({
  id,
  name: id,
  method: 'dpo',
  status: 'finished',
  group: 'g',
  config,
  latest: { loss: 1 },
  model: id,
  ...more,
});

describe('series', () => {
  it('are the runs of a group that differ by their seed, whatever their order', () => {
    const runs = [
      run('c', { beta: 0.1, seed: 3, output_dir: '/c' }),
      run('other', { beta: 0.3, seed: 1 }),
      run('a', { seed: 1, beta: 0.1, output_dir: '/a' }),
      run('elsewhere', { beta: 0.1, seed: 2 }, { group: 'h' }),
    ];
    const series = sortIntoSeries(runs);
    expect(series.map(({ runs: own }) => own.map(({ id }) => id))).toEqual([['a', 'c'], ['other'], ['elsewhere']]);
    expect(series[0].key).toBe(sortIntoSeries(runs.toReversed()).find(({ runs: own }) => own.length === 2)?.key);
  });

  it('are called after what sets them apart, and by their first run where nothing does', () => {
    const labels = (runs: readonly ComparedRun[]) => sortIntoSeries(runs).map(({ label }) => label);
    expect(labels([run('a', { beta: 0.1 }), run('b', { beta: 0.3, loss_type: 'ipo' })])).toEqual([
      'beta 0.1, loss_type –',
      'beta 0.3, loss_type ipo',
    ]);
    expect(labels([run('a', {}), run('b', {}, { group: 'h' })])).toEqual(['a', 'b']);
    expect(labels([run('a', {}), run('b', {}, { method: 'ppo' })])).toEqual(['', '']);
  });

  it('differ in the options whose values differ, and in no other', () => {
    const sets = [
      [run('a', { beta: 0.1, list: [1], same: 'x', seed: 1 })],
      [run('b', { list: [1], same: 'x', seed: 2 })],
    ];
    expect(differingOptions(sets)).toEqual([{ key: 'beta', values: [0.1, undefined] }]);
  });

  it('have models only when every one of their runs has', () => {
    const [series] = sortIntoSeries([run('a', { seed: 1 }), run('b', { seed: 2 }, { model: null })]);
    expect(series.models).toEqual([]);
  });
});

const column = (values: readonly number[], x: readonly number[] = values.map((_, i) => i + 1)): PlacedColumn => ({
  steps: Float64Array.from(values, (_, i) => i + 1),
  seconds: Float64Array.from(x),
  values: Float64Array.from(values),
  x,
});
const options = (change: Partial<LineOptions> = {}): LineOptions => ({
  band: 'min–max',
  maxPoints: 1000,
  range: null,
  rises: true,
  ...change,
});

describe('a line', () => {
  it('of one run keeps its extremes when it is thinned, and has no band', () => {
    const values = Array.from({ length: 5000 }, (_, i) => (i === 3210 ? 99 : i === 17 ? -99 : Math.sin(i / 50)));
    const line = lineOf([column(values)], options({ maxPoints: 100 }));
    expect(line.x.length).toBeLessThanOrEqual(100);
    expect(Math.max(...line.mean)).toBe(99);
    expect(Math.min(...line.mean)).toBe(-99);
    expect(line.low).toEqual([]);
    expect(line.x).toEqual(line.x.toSorted((a, b) => a - b));
  });

  it('of seeds is their mean with smallest and largest, or with Student’s interval from three on', () => {
    const seeds = [column([1, 2]), column([2, 4]), column([6, 9])];
    expect(lineOf(seeds, options())).toEqual({ x: [1, 2], mean: [3, 5], low: [1, 2], high: [6, 9], brokenAt: null });
    const { low, high } = lineOf(seeds, options({ band: '95% CI' }));
    const expected = meanInterval([1, 2, 6]);
    expect([low[0], high[0]]).toEqual([expected.low, expected.high]);
    const two = lineOf(seeds.slice(0, 2), options({ band: '95% CI' }));
    expect([two.low, two.high]).toEqual([two.mean, two.mean]);
  });

  it('of seeds of different lengths goes on with those that are left', () => {
    expect(lineOf([column([1, 1, 1]), column([3])], options()).mean).toEqual([2, 1, 1]);
  });

  it('leaves out what is not finite and says since when', () => {
    const line = lineOf([column([1, Number.NaN, 3])], options());
    expect(line).toMatchObject({ x: [1, 3], mean: [1, 3], brokenAt: 2 });
  });

  it('of a range holds every value in it and one beyond each end', () => {
    const line = lineOf([column(Array.from({ length: 100 }, (_, i) => i))], options({ range: [40, 43] }));
    expect(line.x).toEqual([39, 40, 41, 42, 43, 44]);
  });

  it('against KL is drawn from left to right', () => {
    expect(lineOf([column([10, 20, 30], [0.2, 0.9, 0.5])], options({ rises: false }))).toMatchObject({
      x: [0.2, 0.5, 0.9],
      mean: [10, 30, 20],
    });
  });
});

describe('the axis', () => {
  it('of tokens and of KL takes the last value up to each step', () => {
    const kl = { ...column([0.5, 0.7]), steps: Float64Array.from([2, 4]) };
    const places = placesOf(column([1, 1, 1, 1, 1]), 'KL', new Map([['objective/kl', kl]]));
    expect(Array.from(places)).toEqual([Number.NaN, 0.5, 0.5, 0.7, 0.7]);
  });
});

const noBreath = () => Promise.resolve();
const rowSource = (change: Partial<RowSource>): RowSource => ({
  id: 'row',
  title: 'Row',
  unit: '',
  metric: null,
  better: 'higher',
  paired: 'prompt',
  series: [],
  ...change,
});

describe('final values', () => {
  it('paired by prompt have a bootstrap that agrees with the normal interval, and what two runs share cancels', () => {
    const random = createRandom(1);
    const b = Array.from({ length: 200 }, () => 5 * random.normal());
    const a = b.map((value) => value + 0.2 + 0.5 * random.normal());
    const keys = a.map((_, i) => `prompt ${i}`);
    const found = pairedDifference(
      { keys, values: a },
      { keys: keys.toReversed(), values: b.toReversed() },
      { paired: 'prompt' },
    );
    const normal = meanInterval(a.map((value, i) => value - b[i]));
    expect(found.value).toBeCloseTo(normal.value, 12);
    expect(found.low).toBeCloseTo(normal.low, 1);
    expect(found.high).toBeCloseTo(normal.high, 1);
    // the draws that are kept are those of the stream itself
    const own = pairedBootstrap(a, b, { random: createRandom('comparison of runs') });
    expect([found.low, found.high]).toEqual([own.low, own.high]);
  });

  it('pair what both have, by key', () => {
    const a = { keys: ['x', 'y', 'z'], values: [1, 2, 30] };
    const b = { keys: ['y', 'x'], values: [1, 0] };
    expect(pairedDifference(a, b, { paired: 'seed' })).toEqual({ value: 1, low: 1, high: 1 });
    expect(pairedDifference(a, { keys: ['q'], values: [1] }, { paired: 'seed' })).toEqual({
      value: 10,
      low: null,
      high: null,
    });
  });

  it('are bold only where the best is better than each other by an interval that excludes 0', async () => {
    const keys = ['1', '2', '3', '4'];
    const best = { keys, values: [9, 9.1, 9, 9.2] };
    const near = { keys, values: [8.9, 9.2, 8.8, 9.3] };
    const bad = { keys, values: [1, 1.1, 1, 1] };
    const bold = async (series: RowSource['series'], better: RowSource['better'] = 'higher') =>
      (await rowOf(rowSource({ series, better, paired: 'seed' }), 0, noBreath)).cells.map((cell) => cell?.best);
    expect(await bold([best, bad])).toEqual([true, false]);
    expect(await bold([best, near])).toEqual([false, false]);
    expect(await bold([best, bad], 'lower')).toEqual([false, true]);
    expect(await bold([best, bad], null)).toEqual([false, false]);
  });

  it('of one seed have no interval, of nobody no cell', async () => {
    const one = { keys: ['1'], values: [2] };
    const { cells } = await rowOf(rowSource({ series: [one, null], paired: 'seed' }), 1, noBreath);
    expect(cells).toEqual([{ value: 2, low: null, high: null, difference: null, best: false }, null]);
  });
});

const scored = (scores: readonly number[]): ScoredAnswers => ({
  scores,
  answers: scores.map((_, i) => ({
    promptIds: [],
    ids: [],
    completion: '',
    ended: true,
    prompt: `${i}`,
    tokens: 5 + (i % 2),
  })),
});

describe('sides', () => {
  const compare = (a: readonly ScoredAnswers[], b: readonly ScoredAnswers[]) =>
    compareSides(a, b, (x, y) => pointOf(x, y, 0.25));

  it('of one model each have the counts and the interval of a comparison of two models', () => {
    const { n, win, tie, loss, winRate, interval } = compare([scored([3, 2, 1, 1])], [scored([1, 2, 2, 0])]);
    expect({ n, win, tie, loss, winRate, interval }).toEqual(countVerdicts([1, 0.5, 0, 1]));
  });

  it('of as many seeds are compared seed by seed, else each with each; the interval is over prompts', () => {
    const a = [scored([1, 1, 1, 1]), scored([0, 0, 0, 1])];
    const b = [scored([0, 0, 0, 1]), scored([0, 0, 0, 1])];
    const { n, win, interval } = compare(a, b);
    expect([n, win]).toEqual([8, 3]);
    // per prompt the mean of win − loss is ½, ½, ½, 0
    const { low, high } = meanInterval([0.5, 0.5, 0.5, 0]);
    expect(interval).toEqual([(1 + low) / 2, Math.min(1, (1 + high) / 2)]);
    expect(compare(a, [b[0]]).n).toBe(8);
  });
});
