/** The curves of a run while they grow: values by metric, bounded in number, so that a long run draws as fast as a short one. */
import type { MetricPoint } from '../preload/contract/index.ts';

/** One value of a metric; NaN where it was not finite. */
export interface Value {
  readonly step: number;
  readonly seconds: number;
  readonly value: number;
}

/** Values of neighbouring steps: their extremes are drawn, their mean is smoothed. */
interface Bucket {
  readonly key: number;
  low: Value;
  high: Value;
  sum: number;
  count: number;
}

/** Twice as many values as a wide chart has pixels for. */
const MOST_BUCKETS = 600;

/** One metric of training, or of evaluation. */
export class Curve {
  readonly metric: string;
  readonly evaluation: boolean;
  /** First step whose value was not finite. */
  brokenAt: number | null = null;
  #buckets: Bucket[] = [];
  #lastStep = Number.NEGATIVE_INFINITY;
  /** Steps in a bucket: a power of two. */
  #width = 1;

  constructor(metric: string, evaluation: boolean) {
    this.metric = metric;
    this.evaluation = evaluation;
  }

  /** Steps come in order; one that came before takes back everything from it on (a resume repeats steps). */
  add(value: Value): void {
    if (value.step <= this.#lastStep) this.#truncate(value.step);
    this.#lastStep = value.step;
    if (!Number.isFinite(value.value)) {
      this.brokenAt ??= value.step;
      return;
    }
    const key = Math.floor(value.step / this.#width);
    const open = this.#buckets.at(-1);
    if (open?.key === key) fold(open, bucketOf(key, value));
    else this.#buckets.push(bucketOf(key, value));
    if (this.#buckets.length > MOST_BUCKETS) this.#halve();
  }

  #truncate(step: number): void {
    const key = Math.floor(step / this.#width);
    const part = this.#buckets.find((bucket) => bucket.key === key);
    this.#buckets = this.#buckets.filter((bucket) => bucket.key < key);
    if (this.brokenAt !== null && this.brokenAt >= step) this.brokenAt = null;
    if (!part) return;
    // of the bucket that is cut through, the extremes before the cut are all that is known
    for (const value of valuesOf(part).filter((each) => each.step < step)) {
      const open = this.#buckets.at(-1);
      if (open?.key === key) fold(open, bucketOf(key, value));
      else this.#buckets.push(bucketOf(key, value));
    }
  }

  #halve(): void {
    this.#width *= 2;
    const merged: Bucket[] = [];
    for (const bucket of this.#buckets) {
      const key = Math.floor(Math.min(bucket.low.step, bucket.high.step) / this.#width);
      const open = merged.at(-1);
      if (open?.key === key) fold(open, bucket);
      else merged.push({ ...bucket, key });
    }
    this.#buckets = merged;
  }

  /** Extremes of every bucket in the order of steps: every value while there are few. */
  values(): readonly Value[] {
    return this.#buckets.flatMap(valuesOf);
  }

  /** One value a bucket: its mean, at its last step. */
  means(): readonly Value[] {
    return this.#buckets.map(({ low, high, sum, count }) => {
      const last = low.step > high.step ? low : high;
      return { step: last.step, seconds: last.seconds, value: sum / count };
    });
  }

  last(): Value | undefined {
    const bucket = this.#buckets.at(-1);
    return bucket && valuesOf(bucket).at(-1);
  }
}

const bucketOf = (key: number, value: Value): Bucket => ({ key, low: value, high: value, sum: value.value, count: 1 });

function fold(bucket: Bucket, other: Bucket): void {
  if (other.low.value < bucket.low.value) bucket.low = other.low;
  if (other.high.value > bucket.high.value) bucket.high = other.high;
  bucket.sum += other.sum;
  bucket.count += other.count;
}

function valuesOf({ low, high }: Bucket): Value[] {
  if (low === high) return [low];
  return low.step < high.step ? [low, high] : [high, low];
}

/** All curves of one run. */
export class CurveBook {
  readonly #curves = new Map<string, Curve>();
  #lastSeconds = 0;
  #offset = 0;

  /** Adds points in the order of steps. The clock of a resumed run starts anew; here it goes on. */
  append(points: readonly MetricPoint[]): void {
    for (const point of points) {
      if (point.seconds < this.#lastSeconds) this.#offset += this.#lastSeconds;
      this.#lastSeconds = point.seconds;
      const seconds = this.#offset + point.seconds;
      for (const [name, value] of Object.entries(point.values)) {
        const evaluation = point.evaluation || name.startsWith('eval_');
        const metric = name.startsWith('eval_') ? name.slice(5) : name;
        this.#curve(metric, evaluation).add({ step: point.step, seconds, value: value ?? Number.NaN });
      }
    }
  }

  #curve(metric: string, evaluation: boolean): Curve {
    const key = `${evaluation ? 'eval_' : ''}${metric}`;
    const found = this.#curves.get(key) ?? new Curve(metric, evaluation);
    this.#curves.set(key, found);
    return found;
  }

  /** Makes room for metrics that are sure to come: their charts stand there from the start. */
  expect(metrics: readonly string[]): void {
    for (const metric of metrics) this.#curve(metric, false);
  }

  /** In the order in which the metrics came. */
  curves(): readonly Curve[] {
    return [...this.#curves.values()];
  }

  /** The curve of training, or that of evaluation. */
  find(metric: string, evaluation = false): Curve | undefined {
    return this.#curves.get(`${evaluation ? 'eval_' : ''}${metric}`);
  }
}
