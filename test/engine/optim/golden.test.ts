/** AdamW, SGD, clipping and schedules against torch.optim and transformers (test/golden/numerics). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adamwStep, initMoments } from '../../../src/main/engine/optim/adamw.ts';
import { clipFactor, globalNorm } from '../../../src/main/engine/optim/clip.ts';
import { learningRateAt, scheduleProblem, schedules, warmupSteps } from '../../../src/main/engine/optim/schedules.ts';
import { sgdStep } from '../../../src/main/engine/optim/sgd.ts';

const golden = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../golden/numerics/${name}.json`, import.meta.url), 'utf8'));

interface Stored {
  shape: number[];
  data: number[];
}
interface OptimiserCase {
  name: string;
  params: {
    optimizer: string;
    betas?: [number, number];
    eps?: number;
    weight_decay: number;
    no_decay?: string[];
    max_grad_norm: number | null;
    momentum?: number;
    dampening?: number;
    nesterov?: boolean;
  };
  inputs: { start: Record<string, Stored>; lr: number[]; grads: Record<string, number[] | null>[] };
  expected: {
    steps: { grad_norm: number; params: Record<string, number[]> }[];
    final_state: Record<string, { exp_avg?: number[]; exp_avg_sq?: number[]; momentum_buffer?: number[] }>;
  };
}

const optimisers = (golden('adamw') as { cases: OptimiserCase[] }).cases;

describe('optimisers', () => {
  it.each(optimisers.map((c) => [c.name, c] as const))('%s', (_name, { params, inputs, expected }) => {
    const names = Object.keys(inputs.start);
    const weights = Object.fromEntries(names.map((n) => [n, Float32Array.from(inputs.start[n].data)]));
    const moments = Object.fromEntries(names.map((n) => [n, initMoments(weights[n].length)]));
    const steps: Record<string, number> = {};
    expected.steps.forEach((e, t) => {
      const given = inputs.grads[t];
      const present = names.filter((n) => given[n]);
      const gradients = present.map((n) => Float32Array.from(given[n] ?? []));
      const norm = globalNorm(gradients);
      expect(norm).toBeCloseTo(e.grad_norm, 4);
      const gradientScale = clipFactor(norm, params.max_grad_norm);
      present.forEach((n, i) => {
        steps[n] = (steps[n] ?? 0) + 1;
        const shared = { step: steps[n], learningRate: inputs.lr[t], gradientScale };
        if (params.optimizer === 'sgd') {
          const { momentum = 0, dampening = 0, nesterov = false, weight_decay: weightDecay } = params;
          sgdStep(weights[n], gradients[i], moments[n].first, { momentum, dampening, nesterov, weightDecay }, shared);
        } else {
          const [beta1, beta2] = params.betas ?? [0.9, 0.999];
          const options = { beta1, beta2, epsilon: params.eps ?? 1e-8, weightDecay: params.weight_decay };
          adamwStep(weights[n], gradients[i], moments[n], options, { ...shared, decay: !params.no_decay?.includes(n) });
        }
      });
      for (const n of names)
        e.params[n].forEach((value, i) => {
          expect(Math.abs(weights[n][i] - value), `step ${t} ${n}[${i}]`).toBeLessThanOrEqual(
            1e-6 + 1e-5 * Math.abs(value),
          );
        });
    });
    for (const n of names) {
      const { exp_avg, exp_avg_sq, momentum_buffer } = expected.final_state[n];
      expectNear(moments[n].first, exp_avg ?? momentum_buffer ?? [], `${n} first moment`);
      expectNear(moments[n].second, exp_avg_sq ?? [], `${n} second moment`);
    }
  });
});

function expectNear(actual: Float32Array, expected: readonly number[], what: string): void {
  const scale = Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value), `${what} [${i}]`).toBeLessThanOrEqual(1e-5 * Math.abs(value) + 1e-6 * scale);
  });
}

describe('AdamW', () => {
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
  const at = { step: 1, learningRate: 1e-3, gradientScale: 1, decay: true };

  it('treats a tensor like its elements, whatever its length', () => {
    const gradient = Float32Array.of(0.5, -2, 3e-5, 0, 7);
    const whole = new Float32Array(5).fill(1);
    adamwStep(whole, gradient, initMoments(5), options, at);
    gradient.forEach((g, i) => {
      const single = Float32Array.of(1);
      adamwStep(single, Float32Array.of(g), initMoments(1), options, at);
      expect(single[0]).toBe(whole[i]);
    });
  });
  it('keeps no subnormal moments', () => {
    const moments = { first: new Float32Array(3).fill(1e-37), second: new Float32Array(3).fill(1.2e-38) };
    for (let step = 1; step <= 50; step++)
      adamwStep(new Float32Array(3), new Float32Array(3), moments, options, { ...at, step });
    for (const value of [...moments.first, ...moments.second]) expect(value === 0 || value >= 2 ** -126).toBe(true);
  });
  it('refuses a gradient of another length', () => {
    expect(() => adamwStep(new Float32Array(3), new Float32Array(2), initMoments(3), options, at)).toThrow(
      /of 2 .* of 3/,
    );
  });
});

interface ScheduleCase {
  name: string;
  params: { lr_scheduler_type: string; learning_rate: number; num_warmup_steps: number; num_training_steps: number };
  expected: { lr: number[] };
}

describe('schedules', () => {
  it.each((golden('schedules') as { cases: ScheduleCase[] }).cases.map((c) => [c.name, c] as const))(
    '%s',
    (_name, c) => {
      const { lr_scheduler_type, learning_rate, num_warmup_steps, num_training_steps, ...options } = c.params;
      const shape = { warmup: num_warmup_steps, total: num_training_steps, learningRate: learning_rate, options };
      c.expected.lr.forEach((lr, step) => {
        expect(learningRateAt(lr_scheduler_type, step, shape), `step ${step}`).toBeCloseTo(lr, 12);
      });
    },
  );
});

interface TrainerSchedule {
  lr_scheduler_type: string;
  warmup_steps: number;
  max_steps: number;
  lr_scheduler_kwargs?: Record<string, number | string>;
  /** 1 unless said. */
  base?: number;
  learning_rate: number[];
}

describe('schedules as a trainer logs them', () => {
  it.each(
    ['trainer-schedules', 'more-schedules'].flatMap((file) =>
      (golden(file) as { schedules: TrainerSchedule[] }).schedules.map((s) => [JSON.stringify(s), s] as const),
    ),
  )('%.90s', (_name, s) => {
    const warmup = warmupSteps(s.warmup_steps, s.max_steps);
    const options = s.lr_scheduler_kwargs ?? {};
    const shape = { warmup, total: s.max_steps, learningRate: s.base ?? 1, options };
    expect(scheduleProblem(s.lr_scheduler_type, options)).toBeUndefined();
    s.learning_rate.forEach((rate, step) => {
      expect(learningRateAt(s.lr_scheduler_type, step, shape), `step ${step + 1}`).toBeCloseTo(rate, 11);
    });
  });
  it('warm-up below 1 is a share of the steps, rounded up', () => {
    expect([0, 0.1, 0.25, 1, 7].map((w) => warmupSteps(w, 25))).toEqual([0, 3, 7, 1, 7]);
  });
  it('an unknown name is answered with the nearest known one', () => {
    expect(() => schedules.get('cosin')).toThrow(/did you mean "cosine"/);
  });
});
