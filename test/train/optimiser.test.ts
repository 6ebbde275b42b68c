/** Gradients written into the optimiser's own arrays: sums over passes of several parts, in any order, and no new arrays in later steps. */
import { describe, expect, it } from 'vitest';
import type { Trainable } from '../../src/main/engine/models/language-model.ts';
import { jointParameters, partOf } from '../../src/main/train/joint-parameters.ts';
import { type GradientTarget, Optimiser } from '../../src/main/train/optimiser.ts';

const part = (length: number): Trainable => ({
  specs: [{ name: 'w', shape: [length], decay: false, init: { value: 0 } }],
  weights: new Map([['w', new Float32Array(length)]]),
});

const OPTIONS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: null };

/** A backward pass whose gradient is `value` everywhere, as a session leaves it: in the target's array. */
function pass(target: GradientTarget, value: number): Float32Array {
  const data = target.gradientArrays()['d:w'].fill(value);
  target.accumulate({ 'd:w': { dtype: 'float32', shape: [data.length], data } });
  return data;
}

describe('an optimiser over two parts', () => {
  it.each([['policy twice, then critic twice'], ['in turns']])('sums the passes of each part: %s', (order) => {
    const [policy, critic] = [part(4), part(2)];
    const optimiser = new Optimiser(jointParameters({ policy, value: critic }), OPTIONS);
    const [p, c] = [partOf(optimiser, 'policy', policy), partOf(optimiser, 'value', critic)];
    const steps = Array.from({ length: 3 }, () => {
      const arrays = new Set<Float32Array>();
      const turns = order === 'in turns' ? [p, c, p, c] : [p, p, c, c];
      const values = order === 'in turns' ? [1, 10, 2, 20] : [1, 2, 10, 20];
      turns.forEach((target, i) => {
        arrays.add(pass(target, values[i]));
      });
      // 4 numbers of 1 + 2 and 2 numbers of 10 + 20
      expect(optimiser.step(0.1)).toBeCloseTo(Math.sqrt(4 * 9 + 2 * 900), 6);
      return [...arrays];
    });
    expect(steps[0]).toHaveLength(4);
    for (const [i, array] of steps[0].entries()) expect(steps[2][i]).toBe(array);
  });

  it('a step without gradients, or without those of a part, is refused', () => {
    const [policy, critic] = [part(4), part(2)];
    const optimiser = new Optimiser(jointParameters({ policy, value: critic }), OPTIONS);
    expect(() => optimiser.step(0.1)).toThrow('a step needs gradients first');
    pass(partOf(optimiser, 'policy', policy), 1);
    expect(() => optimiser.step(0.1)).toThrow('no gradient for "value.w"');
  });
});
