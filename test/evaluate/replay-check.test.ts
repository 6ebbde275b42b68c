/** Whether two runs came out the same: what differs, from which step, and what only one of them has. */
import { describe, expect, it } from 'vitest';
import { checkMetrics } from '../../src/main/evaluate/runs/replay-check.ts';

const point = (step: number, values: Record<string, number | null>, evaluation = false) => ({
  step,
  seconds: 0,
  evaluation,
  values,
});

describe('checkMetrics', () => {
  const run = [point(1, { loss: 0.5, kl: 1 }), point(2, { loss: 0.25, kl: 2 }), point(2, { loss: 0.75 }, true)];

  it('names the first step at which two differ, and how far apart they come', () => {
    const again = [run[0], point(2, { loss: 0.5, kl: 2.125 }), point(2, { loss: 1.75 }, true)];
    const { same, different, steps } = checkMetrics(run, again, { tolerance: 0 });
    expect({ same, steps }).toEqual({ same: [], steps: 2 });
    expect(different).toEqual([
      { metric: 'kl', first_step: 2, run: 2, replay: 2.125, largest_difference: 0.125, non_finite: false },
      { metric: 'loss', first_step: 2, run: 0.25, replay: 0.5, largest_difference: 1, non_finite: false },
    ]);
    expect(checkMetrics(run, again, { tolerance: 1 }).different).toEqual([]);
  });

  it('a missing step and a value that is not finite on one side differ at any tolerance; on both sides they agree', () => {
    const { different } = checkMetrics(run, run.slice(0, 1), { tolerance: 1e9 });
    const missing = { first_step: 2, replay: null, largest_difference: null, non_finite: true };
    expect(different).toEqual([
      { metric: 'kl', run: 2, ...missing },
      { metric: 'loss', run: 0.25, ...missing },
    ]);
    // the same as JSON: no infinity that would become a bare null
    expect(JSON.parse(JSON.stringify(different))).toEqual(different);
    const [broken, whole] = [[point(1, { loss: null })], [point(1, { loss: 1 })]];
    expect(checkMetrics(broken, whole, { tolerance: 1e9 }).different).toHaveLength(1);
    expect(checkMetrics(broken, broken, { tolerance: 0 }).same).toEqual(['loss']);
  });

  it('what only one side has is listed, what tells of the machine is not compared', () => {
    const again = [point(1, { loss: 0.5, other: 1, 'time/step': 9 }), point(2, { loss: 0.25 }), run[2]];
    const found = checkMetrics([...run, point(3, { 'time/step': 1 })], again, { tolerance: 0 });
    expect(found).toMatchObject({ same: ['loss'], only_run: ['kl'], only_replay: ['other'] });
  });
});
