/** Which charts a run gets, in which order, and against which axis. */
import { describe, expect, it } from 'vitest';
import { CurveBook } from '../../src/charts/curve-book.ts';
import { axesOf, chartGroups, valueAt } from '../../src/charts/metric-groups.ts';
import { specChart } from '../../src/charts/spec-chart.ts';

function book(steps: readonly Readonly<Record<string, number>>[]): CurveBook {
  const made = new CurveBook();
  made.append(steps.map((values, i) => ({ step: i + 1, seconds: (i + 1) * 2, evaluation: false, values })));
  return made;
}

const dpo = book([
  {
    loss: 0.69,
    grad_norm: 1,
    'rewards/margins': 0,
    'rewards/rejected': 0,
    'rewards/chosen': 0,
    'logps/chosen': -9,
    epoch: 0.1,
    num_tokens: 100,
  },
  { loss: 0.6, grad_norm: 2, 'rewards/margins': 0.2, 'rewards/rejected': -0.1, 'rewards/chosen': 0.1, num_tokens: 250 },
]);

describe('groups of charts', () => {
  it('follow the order of the page, whatever order the metrics came in', () => {
    const groups = chartGroups(dpo, { axis: 'step', method: 'dpo' });
    expect(groups.map(({ id, charts }) => [id, charts.map((chart) => chart.id)])).toEqual([
      ['rewards', ['rewards/chosen, rejected', 'rewards/margins']],
      ['displacement', ['logps/chosen, rejected']],
      ['optimisation', ['loss', 'grad_norm']],
    ]);
  });

  it('put an unknown group after the known ones', () => {
    const groups = chartGroups(book([{ 'odd/thing': 1, loss: 1 }]), { axis: 'step' });
    expect(groups.map(({ id }) => id)).toEqual(['optimisation', 'odd']);
  });

  it('show chosen and rejected in one chart, each in its role', () => {
    const [rewards] = chartGroups(dpo, { axis: 'step' });
    expect(rewards.charts[0].curves.map(({ metric, role }) => [metric, role])).toEqual([
      ['rewards/rejected', 'rejected'],
      ['rewards/chosen', 'chosen'],
    ]);
  });

  it('show the parts of a step in one chart of seconds, from zero', () => {
    const [system] = chartGroups(book([{ 'time/step': 2, 'time/sampling': 1.5, 'time/update': 0.5 }]), {
      axis: 'step',
    });
    expect([system.id, system.charts.length]).toEqual(['system', 1]);
    expect(system.charts[0]).toMatchObject({ unit: 's', fromZero: true });
    const { lines } = specChart(system.charts[0], 'm-ppo', 'step', 0);
    expect(lines.map(({ endName }) => endName)).toEqual(['step', 'sampling', 'update']);
  });

  it('show the bins of a calibration curve in one chart, and accuracy by length in another', () => {
    const reward = book([
      {
        'length/accuracy_longer_chosen': 0.8,
        'length/accuracy_shorter_chosen': 0.4,
        'calibration/right_70': 0.7,
        'calibration/right_50': 0.5,
        'calibration/ece': 0.1,
        'gold/accuracy': 0.7,
        accuracy: 0.6,
        margin: 1,
        loss: 0.6,
      },
    ]);
    const groups = chartGroups(reward, { axis: 'step', method: 'reward' });
    expect(groups.map(({ id, charts }) => [id, charts.map((chart) => chart.id)])).toEqual([
      ['optimisation', ['accuracy', 'margin', 'loss']],
      ['calibration', ['calibration/curve', 'calibration/ece']],
      ['gold', ['gold/accuracy']],
      ['length', ['length/accuracy by length']],
    ]);
    const chartOf = (wanted: string) => {
      const [{ charts }] = chartGroups(reward, { axis: 'step', wanted });
      return specChart(charts[0], 'm-rm', 'step', 0);
    };
    expect(chartOf('accuracy_').lines.map(({ endName, dash }) => [endName, dash])).toEqual([
      ['longer', undefined],
      ['shorter', 'variant'],
    ]);
    expect(chartOf('right_').lines.map(({ endName, dash }) => [endName, dash])).toEqual([
      ['70%', 'variant'],
      ['50%', undefined],
    ]);
    expect(chartGroups(reward, { axis: 'step', wanted: 'longer' })[0].charts[0].unit).toBe('share of pairs');
  });

  it('know where DPO starts, and nothing of the kind for SFT', () => {
    const anchors = (method: string) =>
      chartGroups(dpo, { axis: 'step', method, wanted: 'loss' })[0].charts[0].anchors.map(({ y }) => y);
    expect(anchors('dpo')).toEqual([Math.LN2]);
    expect(anchors('sft')).toEqual([]);
  });

  it('are filtered by a part of the name, whatever its case', () => {
    expect(
      chartGroups(dpo, { axis: 'step', wanted: 'MARGIN' }).flatMap(({ charts }) => charts.map(({ id }) => id)),
    ).toEqual(['rewards/margins']);
    expect(chartGroups(dpo, { axis: 'step', wanted: 'nothing' })).toEqual([]);
  });

  it('place values by step, time or tokens', () => {
    const xs = (axis: 'step' | 'time' | 'tokens') =>
      chartGroups(dpo, { axis, wanted: 'grad_norm' })[0].charts[0].curves[0].points.map(([x]) => x);
    expect(xs('step')).toEqual([1, 2]);
    expect(xs('time')).toEqual([2, 4]);
    expect(xs('tokens')).toEqual([100, 250]);
  });

  it('offer only axes the run has values for', () => {
    expect(axesOf(dpo)).toEqual(['step', 'tokens', 'time']);
    expect(axesOf(book([{ loss: 1 }]))).toEqual(['step', 'time']);
    expect(axesOf(book([{ 'objective/kl': 1 }]))).toEqual(['step', 'time', 'KL']);
  });
});

describe('the value at a step', () => {
  const values = [2, 4, 8].map((step) => ({ step, seconds: 0, value: step * 10 }));
  it.each([
    [1, null],
    [2, 20],
    [5, 40],
    [8, 80],
    [99, 80],
  ])('%i → %s', (step, value) => {
    expect(valueAt(values, step)).toBe(value);
  });
});
