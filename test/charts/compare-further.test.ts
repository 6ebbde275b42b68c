/** Charts below a comparison's table: a sweep as parallel coordinates, fits of over-optimisation, whiskers of the frontier. */
import { describe, expect, it } from 'vitest';
import { frontierChart } from '../../src/charts/compare-charts.ts';
import { overoptimisationChart, peakText } from '../../src/charts/overoptimisation-chart.ts';
import { parallelAxes, parallelLabel } from '../../src/charts/parallel-chart.ts';
import type { CompareRow, CompareSet } from '../../src/preload/contract/index.ts';

const series = (key: string, method: string, beta: string | null): CompareSet['series'][number] => ({
  key,
  method,
  label: beta === null ? '' : `beta ${beta}`,
  runs: [{ id: key, name: key, seed: 1, status: 'finished' }],
  models: [],
  apart: beta === null ? [] : [['beta', beta]],
});

const set: CompareSet = {
  series: [series('a', 'dpo', '0.05'), series('b', 'dpo', '1'), series('c', 'ppo', null)],
  missing: [],
  metrics: [],
  telling: [],
  axes: ['step'],
  differing: [
    { key: 'beta', values: [0.05, 1, null] },
    { key: 'max_steps', values: [60, 60, 12] },
  ],
  options: 9,
  reference: null,
};

const row = (id: string, values: readonly (readonly [number, number | null, number | null])[]): CompareRow => ({
  id,
  title: id,
  unit: 'nats',
  metric: id,
  help: '',
  better: null,
  cells: values.map(([value, low, high]) => ({ value, low, high, difference: null, best: false })),
});

const rows = [
  row('gold', [
    [1, 0.5, 1.5],
    [2, null, null],
    [3, 2, 4],
  ]),
  row('kl', [
    [6, 5, 7],
    [2, 1, 3],
    [4, null, null],
  ]),
];

describe('a sweep', () => {
  it('has the options that set series of one method apart, then where they ended', () => {
    const axes = parallelAxes(set, rows);
    expect(axes).toEqual([
      { name: 'beta', kind: 'log', values: [0.05, 1, null] },
      { name: 'gold, nats', kind: 'value', values: [1, 2, 3] },
      { name: 'kl, nats', kind: 'value', values: [6, 2, 4] },
    ]);
    expect(parallelLabel(axes, set)).toContain('PPO: beta none, gold, nats 3, kl, nats 4.');
  });

  it('is none where nothing was swept', () => {
    const [, , only] = set.series;
    expect(parallelAxes({ ...set, series: [only, only, only] }, rows)).toEqual([]);
  });
});

describe('the frontier', () => {
  it('has the intervals of both numbers at each point', () => {
    const chart = frontierChart(set.series, rows, []);
    expect(chart?.lines.map(({ points, whiskers }) => ({ points, whiskers }))).toEqual([
      {
        // in the order of KL
        points: [
          [2, 2],
          [6, 1],
        ],
        whiskers: [
          { x: [1, 3], y: null },
          { x: [5, 7], y: [0.5, 1.5] },
        ],
      },
      { points: [[4, 3]], whiskers: [{ x: null, y: [2, 4] }] },
    ]);
  });
});

describe('over-optimisation', () => {
  it('draws evaluations as dots and the fit as a line that begins at 0', () => {
    const points = [0, 1, 2].map((distance) => ({ step: distance, distance, gold: distance }));
    const fit = { alpha: 1, beta: 0.5, alphaError: 0, betaError: 0, r2: 1, peak: Math.E };
    const chart = overoptimisationChart([{ series: 'c', points, fit }], set.series, []);
    expect(chart?.lines.map(({ name, dots }) => [name, dots])).toEqual([
      ['PPO', true],
      ['PPO, fit', undefined],
    ]);
    expect(chart?.lines[1].points[0]).toEqual([0, 0]);
    const [d, gold] = chart?.lines[1].points.at(-1) ?? [];
    expect([d, gold]).toEqual([2, 2 * (1 - 0.5 * Math.log(2))]);
    expect(overoptimisationChart([{ series: 'c', points, fit: null }], set.series, ['c'])).toBeNull();
  });
});

it('tells a turning point as far as evaluations can know of it', () => {
  const seen = (peak: number | null) =>
    peakText({
      series: 'a',
      points: [
        { step: 1, distance: 1, gold: 0.1 },
        { step: 2, distance: 1.3, gold: 0.2 },
      ],
      fit: { alpha: 1, beta: 0.1, alphaError: 0, betaError: 0, r2: 1, peak },
    });
  expect(seen(1.2)).toBe('1.4');
  expect(seen(45_000)).toBe('> 1.7');
  expect(seen(null)).toBe('–');
});
