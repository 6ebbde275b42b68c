/** Repeated measurements of one piece of work: the best run says what the machine can do, the median what it did. */
import { median } from '../base/statistics.ts';

export class Timings {
  readonly ms: number[] = [];

  /** Runs the work once and keeps how long it took; warm-up runs are not passed here. */
  async time<T>(work: () => Promise<T> | T): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.ms.push(performance.now() - started);
    return result;
  }

  /** Of runs that do the same, the shortest was disturbed least. */
  get best(): number {
    if (this.ms.length === 0) throw new RangeError('nothing was timed');
    return Math.min(...this.ms);
  }

  get median(): number {
    return median(this.ms);
  }
}

/** Four significant digits: what a measurement is worth. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
