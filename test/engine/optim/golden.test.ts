/** AdamW, SGD, clipping and schedules against torch.optim and transformers (test/golden/numerics). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adamwStep, initMoments } from '../../../src/main/engine/optim/adamw.ts';
import { clipFactor, globalNorm } from '../../../src/main/engine/optim/clip.ts';
import { learningRateAt } from '../../../src/main/engine/optim/schedules.ts';
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
  expected: { steps: { grad_norm: number; params: Record<string, number[]> }[] };
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
