/** The vector loops against the same arithmetic written out in JavaScript, bit for bit. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { adamwStep } from '../../../src/main/engine/optim/adamw.ts';
import { globalNorm } from '../../../src/main/engine/optim/clip.ts';

const random = createRandom(11);
/** Numbers of all sizes, with zeros and subnormal ones among them. */
const odd = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) =>
    i % 7 === 0 ? 0 : (random.uniform() - 0.5) * 10 ** (random.integer(44) - 40),
  );
const bits = (x: Float32Array): Uint32Array => new Uint32Array(x.buffer, x.byteOffset, x.length);
const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };

/** torch's formula, an element at a time. */
function plainStep(
  p: Float32Array,
  g: Float32Array,
  { first, second }: { first: Float32Array; second: Float32Array },
  t: number,
): void {
  const flush = 1e-22;
  const root = Math.sqrt(1 - options.beta2 ** t);
  const rate = (1e-3 * root) / (1 - options.beta1 ** t);
  const [keep, gain1, gain2] = [
    1 - 1e-3 * options.weightDecay,
    (1 - options.beta1) * 0.3,
    (1 - options.beta2) * 0.3 * 0.3,
  ];
  for (let i = 0; i < p.length; i++) {
    const m = options.beta1 * first[i] + gain1 * g[i] + flush - flush;
    const v = options.beta2 * second[i] + gain2 * (g[i] * g[i]) + flush - flush;
    first[i] = m;
    second[i] = v;
    p[i] = p[i] * keep - (rate * m) / (Math.sqrt(v) + options.epsilon * root);
  }
}

describe('AdamW, two lanes at a time', () => {
  // An odd last element is rounded once more before it is used, so lengths here are even.
  it.each([0, 2, 6, 16_382, 16_384, 16_386, 50_000])(
    'gives the bits of one element at a time: %i numbers',
    (length) => {
      const made = () => ({ first: odd(length), second: odd(length).map(Math.abs) });
      const moments = made();
      const plain = { first: moments.first.slice(), second: moments.second.slice() };
      // A view that starts within a buffer, as a weight of a stored file does.
      const parameter = odd(length + 3).subarray(3);
      const other = parameter.slice();
      for (const step of [1, 2, 3]) {
        const gradient = odd(length);
        adamwStep(parameter, gradient, moments, options, { step, learningRate: 1e-3, gradientScale: 0.3, decay: true });
        plainStep(other, gradient, plain, step);
      }
      expect(bits(parameter)).toEqual(bits(other));
      expect(bits(moments.first)).toEqual(bits(plain.first));
      expect(bits(moments.second)).toEqual(bits(plain.second));
    },
  );

  it('hands on what is not finite', () => {
    const parameter = Float32Array.of(1, 2, 3, 4);
    const moments = { first: new Float32Array(4), second: new Float32Array(4) };
    const gradient = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 0, 1);
    adamwStep(parameter, gradient, moments, options, { step: 1, learningRate: 1e-3, gradientScale: 1, decay: false });
    expect([...parameter].map(Number.isFinite)).toEqual([false, false, true, true]);
  });
});

describe('the global norm', () => {
  it.each([0, 1, 3, 4, 5, 16_383, 16_384, 16_389, 70_001])(
    'adds squares in the order of four sums: %i numbers',
    (length) => {
      const x = odd(length);
      const sums = [0, 0, 0, 0];
      const whole = length - (length % 4);
      for (let i = 0; i < length; i++) sums[i < whole ? i % 4 : 0] += x[i] * x[i];
      expect(globalNorm([x])).toBe(Math.sqrt(sums[0] + sums[1] + sums[2] + sums[3]));
      expect(globalNorm([x, Float32Array.of(Number.NaN)])).toBeNaN();
    },
  );
});
