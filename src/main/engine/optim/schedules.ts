/** Learning-rate schedules under transformers' names: each gives the factor on the base rate at a 0-based step. */
import { type Named, registry } from '../../base/registry.ts';

export interface ScheduleShape {
  readonly warmup: number;
  readonly total: number;
  readonly learningRate: number;
  /** transformers' lr_scheduler_kwargs: num_cycles, power, lr_end, min_lr, min_lr_rate, timescale, num_decay_steps, min_lr_ratio. */
  readonly options: Readonly<Record<string, number | undefined>>;
}

interface Schedule extends Named {
  factor(step: number, shape: ScheduleShape): number;
}

const schedule = (id: string, factor: Schedule['factor']): Schedule => ({ id, factor });

/** Most schedules rise linearly from 0 during warm-up. */
const warmed = (id: string, after: Schedule['factor']): Schedule =>
  schedule(id, (step, shape) => (step < shape.warmup ? step / Math.max(1, shape.warmup) : after(step, shape)));

const progress = (step: number, { warmup, total }: ScheduleShape): number =>
  (step - warmup) / Math.max(1, total - warmup);
const wave = (cycles: number, at: number): number => 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * at));

export const schedules = registry<Schedule>('lr_scheduler_type', [
  schedule('constant', () => 1),
  warmed('constant_with_warmup', () => 1),
  warmed('linear', (step, { warmup, total }) => Math.max(0, (total - step) / Math.max(1, total - warmup))),
  warmed('cosine', (step, shape) => Math.max(0, wave(shape.options.num_cycles ?? 0.5, progress(step, shape)))),
  warmed('cosine_with_restarts', (step, shape) => {
    const at = progress(step, shape);
    if (at >= 1) return 0;
    return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * (((shape.options.num_cycles ?? 1) * at) % 1))));
  }),
  warmed('cosine_with_min_lr', (step, shape) => {
    const { min_lr, min_lr_rate, num_cycles } = shape.options;
    const floor = min_lr_rate ?? (min_lr ?? 0) / shape.learningRate;
    return Math.max(0, wave(num_cycles ?? 0.5, progress(step, shape)) * (1 - floor) + floor);
  }),
  warmed('polynomial', (step, { warmup, total, learningRate, options }) => {
    const end = options.lr_end ?? 1e-7;
    if (step > total) return end / learningRate;
    const remaining = 1 - (step - warmup) / (total - warmup);
    return ((learningRate - end) * remaining ** (options.power ?? 1) + end) / learningRate;
  }),
  warmed('inverse_sqrt', (step, { warmup, options }) => {
    const timescale = options.timescale ?? (warmup || 10_000);
    return 1 / Math.sqrt((step + timescale - warmup) / timescale);
  }),
  schedule('warmup_stable_decay', (step, { warmup, total, options }) => {
    const floor = options.min_lr_ratio ?? 0;
    const decay = options.num_decay_steps ?? 0;
    const stable = options.num_stable_steps ?? total - warmup - decay;
    const lifted = (factor: number) => Math.max(0, factor * (1 - floor) + floor);
    if (step < warmup) return lifted(step / Math.max(1, warmup));
    if (step < warmup + stable) return 1;
    if (step >= warmup + stable + decay) return floor;
    return lifted(Math.max(0, wave(options.num_cycles ?? 0.5, (step - warmup - stable) / Math.max(1, decay))));
  }),
]);

/** Rate of the 0-based optimiser step. */
export const learningRateAt = (name: string, step: number, shape: ScheduleShape): number =>
  shape.learningRate * schedules.get(name).factor(step, shape);

/** transformers' rule: below 1 `warmup_steps` is a share of `max_steps`, rounded up. */
export const warmupSteps = (warmup: number, maxSteps: number): number =>
  warmup < 1 ? Math.ceil(warmup * maxSteps) : warmup;
