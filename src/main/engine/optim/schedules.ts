/** Learning-rate schedules under transformers' names: each gives the factor on the base rate at a 0-based step. */
import { type Named, registry } from '../../base/registry.ts';

export type ScheduleOptions = Readonly<Record<string, number | string | undefined>>;

export interface ScheduleShape {
  readonly warmup: number;
  readonly total: number;
  readonly learningRate: number;
  /** transformers' lr_scheduler_kwargs: those that the schedule lists. */
  readonly options: ScheduleOptions;
}

interface Schedule extends Named {
  /** Names of lr_scheduler_kwargs it reads. */
  readonly reads: readonly string[];
  /** What is wrong with the kwargs, in a sentence. */
  problem?(options: ScheduleOptions): string | undefined;
  factor(step: number, shape: ScheduleShape): number;
}

const schedule = (id: string, reads: string, factor: Schedule['factor'], problem?: Schedule['problem']): Schedule => ({
  id,
  reads: reads === '' ? [] : reads.split(' '),
  factor,
  problem,
});

/** Most schedules rise linearly from 0 during warm-up. */
const warmed = (id: string, reads: string, after: Schedule['factor'], problem?: Schedule['problem']): Schedule =>
  schedule(
    id,
    reads,
    (step, shape) => (step < shape.warmup ? step / Math.max(1, shape.warmup) : after(step, shape)),
    problem,
  );

const progress = (step: number, { warmup, total }: ScheduleShape): number =>
  (step - warmup) / Math.max(1, total - warmup);
const wave = (cycles: number, at: number): number => 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * at));
const numberOf = (options: ScheduleOptions, name: string, otherwise: number): number => {
  const value = options[name];
  return typeof value === 'number' ? value : otherwise;
};

/** A fraction of the base rate: `min_lr_rate`, or `min_lr` in learning rate's own unit. */
const floorOf = ({ options, learningRate }: ScheduleShape): number =>
  numberOf(options, 'min_lr_rate', numberOf(options, 'min_lr', 0) / learningRate);
const oneFloor = ({ min_lr, min_lr_rate }: ScheduleOptions): string | undefined =>
  (min_lr === undefined) === (min_lr_rate === undefined) ? 'give one of min_lr and min_lr_rate' : undefined;
const lifted = (factor: number, floor: number): number => Math.max(0, factor * (1 - floor) + floor);

/** Ways up during warm-up and down at the end, of a share x of the way. */
const RISES: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  cosine: (x) => 0.5 * (1 - Math.cos(Math.PI * x)),
  '1-sqrt': (x) => 1 - Math.sqrt(1 - x),
};
const FALLS: Readonly<Record<string, (x: number, cycles: number) => number>> = {
  linear: (x) => 1 - x,
  cosine: (x, cycles) => wave(cycles, x),
  '1-sqrt': (x) => 1 - Math.sqrt(x),
};

function wayProblem(options: ScheduleOptions): string | undefined {
  for (const name of ['warmup_type', 'decay_type'])
    if (!Object.hasOwn(RISES, String(options[name] ?? 'linear')))
      return `${name} must be one of ${Object.keys(RISES).join(', ')}, found ${JSON.stringify(options[name])}`;
  return options.num_decay_steps === undefined ? 'num_decay_steps is missing' : undefined;
}

/** Warm-up, a plateau, and a decay of num_decay_steps at the end. */
function warmupStableDecay(step: number, { warmup, total, options }: ScheduleShape): number {
  const floor = numberOf(options, 'min_lr_ratio', 0);
  const decay = numberOf(options, 'num_decay_steps', 0);
  const stable = numberOf(options, 'num_stable_steps', total - warmup - decay);
  const rise = RISES[String(options.warmup_type ?? 'linear')];
  const fall = FALLS[String(options.decay_type ?? 'cosine')];
  if (step < warmup) return lifted(rise(step / Math.max(1, warmup)), floor);
  if (step < warmup + stable) return 1;
  if (step >= warmup + stable + decay) return floor;
  const down = fall((step - warmup - stable) / Math.max(1, decay), numberOf(options, 'num_cycles', 0.5));
  return lifted(Math.max(0, down), floor);
}

/** Rises from above 0, so that the first step moves, and reaches the floor at the last step. */
function cosineWarmup(step: number, shape: ScheduleShape): number {
  const { warmup, total, options } = shape;
  const start = options.warmup_lr_rate;
  if (step < warmup) {
    if (typeof start !== 'number') return (step + 1) / Math.max(1, warmup);
    return start + ((1 - start) * step) / Math.max(1, warmup - 1);
  }
  const at = (step - warmup + 1) / Math.max(1, total - warmup);
  return lifted(wave(numberOf(options, 'num_cycles', 0.5), at), floorOf(shape));
}

export const schedules = registry<Schedule>('lr_scheduler_type', [
  schedule('constant', '', () => 1),
  warmed('constant_with_warmup', '', () => 1),
  warmed('linear', '', (step, { warmup, total }) => Math.max(0, (total - step) / Math.max(1, total - warmup))),
  warmed('cosine', 'num_cycles', (step, shape) =>
    Math.max(0, wave(numberOf(shape.options, 'num_cycles', 0.5), progress(step, shape))),
  ),
  warmed('cosine_with_restarts', 'num_cycles', (step, shape) => {
    const at = progress(step, shape);
    if (at >= 1) return 0;
    return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * ((numberOf(shape.options, 'num_cycles', 1) * at) % 1))));
  }),
  warmed(
    'cosine_with_min_lr',
    'num_cycles min_lr min_lr_rate',
    (step, shape) => lifted(wave(numberOf(shape.options, 'num_cycles', 0.5), progress(step, shape)), floorOf(shape)),
    oneFloor,
  ),
  schedule('cosine_warmup_with_min_lr', 'num_cycles min_lr min_lr_rate warmup_lr_rate', cosineWarmup, oneFloor),
  warmed('polynomial', 'lr_end power', (step, { warmup, total, learningRate, options }) => {
    const end = numberOf(options, 'lr_end', 1e-7);
    if (step > total) return end / learningRate;
    const remaining = 1 - (step - warmup) / (total - warmup);
    return ((learningRate - end) * remaining ** numberOf(options, 'power', 1) + end) / learningRate;
  }),
  warmed('inverse_sqrt', 'timescale', (step, { warmup, options }) => {
    const timescale = numberOf(options, 'timescale', warmup || 10_000);
    return 1 / Math.sqrt((step + timescale - warmup) / timescale);
  }),
  schedule(
    'warmup_stable_decay',
    'num_decay_steps num_stable_steps min_lr_ratio num_cycles warmup_type decay_type',
    warmupStableDecay,
    wayProblem,
  ),
]);

/** What is wrong with the kwargs of a schedule, in a sentence; undefined when nothing is. */
export function scheduleProblem(name: string, options: ScheduleOptions): string | undefined {
  const { reads, problem } = schedules.get(name);
  const unread = Object.keys(options).find((key) => !reads.includes(key));
  if (unread === undefined) return problem?.(options);
  const known = reads.length === 0 ? 'it has none' : `it has ${reads.join(', ')}`;
  return `${name} has no option "${unread}"; ${known}`;
}

/** Rate of the 0-based optimiser step. */
export const learningRateAt = (name: string, step: number, shape: ScheduleShape): number =>
  shape.learningRate * schedules.get(name).factor(step, shape);

/** transformers' rule: below 1 `warmup_steps` is a share of `max_steps`, rounded up. */
export const warmupSteps = (warmup: number, maxSteps: number): number =>
  warmup < 1 ? Math.ceil(warmup * maxSteps) : warmup;
