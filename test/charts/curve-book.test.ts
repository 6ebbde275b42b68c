/** Curves of a run: every value while they are few, extremes and means when they are many, and a resume takes steps back. */
import { describe, expect, it } from 'vitest';
import { CurveBook } from '../../src/charts/curve-book.ts';
import type { MetricPoint } from '../../src/preload/contract/index.ts';

const point = (step: number, loss: number | null, seconds = step, evaluation = false): MetricPoint => ({
  step,
  seconds,
  evaluation,
  values: { loss },
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function bookOf(points: readonly MetricPoint[]): CurveBook {
  const book = new CurveBook();
  book.append(points);
  return book;
}

const steps = (book: CurveBook) =>
  book
    .find('loss')
    ?.values()
    .map(({ step }) => step);

describe('a book of curves', () => {
  it('keeps every value while there are few', () => {
    const book = bookOf(range(1, 6).map((step) => point(step, step * 2)));
    expect(book.find('loss')?.values()).toEqual(range(1, 6).map((step) => ({ step, seconds: step, value: step * 2 })));
    expect(book.find('loss')?.means()).toEqual(book.find('loss')?.values());
  });

  it('bounds a long run, evenly over its steps, and loses no extreme', () => {
    const spikes = new Map([
      [17, 900],
      [5_003, -900],
      [9_990, 800],
    ]);
    const book = bookOf(range(1, 10_001).map((step) => point(step, spikes.get(step) ?? Math.sin(step))));
    const values = book.find('loss')?.values() ?? [];
    expect(values.length).toBeLessThanOrEqual(1200);
    for (const [step, value] of spikes) expect(values).toContainEqual({ step, seconds: step, value });
    expect(values.map(({ step }) => step)).toEqual(values.map(({ step }) => step).sort((a, b) => a - b));
    // no stretch of the run is left out: neighbours are never further apart than two buckets
    const gaps = values.slice(1).map(({ step }, i) => step - values[i].step);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(64);
    expect(book.find('loss')?.means().length).toBeLessThanOrEqual(600);
  });

  it('has the mean of all values as the mean of its buckets', () => {
    const book = bookOf(range(0, 4096).map((step) => point(step, step % 2)));
    for (const { value } of book.find('loss')?.means() ?? []) expect(value).toBeCloseTo(0.5, 12);
  });

  it('keeps evaluation apart, however it is named', () => {
    const book = bookOf([
      point(10, 1),
      point(10, 2, 10, true),
      { step: 20, seconds: 20, evaluation: true, values: { eval_loss: 3 } },
    ]);
    expect(
      book
        .find('loss')
        ?.values()
        .map(({ value }) => value),
    ).toEqual([1]);
    expect(
      book
        .find('loss', true)
        ?.values()
        .map(({ value }) => value),
    ).toEqual([2, 3]);
  });

  it('takes back the steps that a resume does once more, and lets its clock go on', () => {
    const book = bookOf(range(1, 9).map((step) => point(step, step)));
    book.append([point(6, 60, 1), point(7, 70, 2)]);
    expect(steps(book)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(book.find('loss')?.values().at(-1)).toEqual({ step: 7, seconds: 8 + 2, value: 70 });
  });

  it('takes back from the middle of a bucket', () => {
    const book = bookOf(range(0, 5000).map((step) => point(step, step)));
    book.append([point(2501, -1, 6000)]);
    const values = book.find('loss')?.values() ?? [];
    expect(values.at(-1)?.step).toBe(2501);
    expect(values.filter(({ step }) => step > 2501)).toEqual([]);
    expect(values.some(({ step }) => step > 2480 && step < 2501)).toBe(true);
  });

  it('leaves out what is not a finite number, and says since when', () => {
    const book = bookOf([point(1, 1), point(2, null), point(3, null)]);
    expect(steps(book)).toEqual([1]);
    expect(book.find('loss')?.brokenAt).toBe(2);
    book.append([point(2, 5)]);
    expect(book.find('loss')?.brokenAt).toBeNull();
  });

  it('has the charts of what is to come', () => {
    const book = new CurveBook();
    book.expect(['loss', 'grad_norm']);
    expect(book.curves().map(({ metric }) => metric)).toEqual(['loss', 'grad_norm']);
    expect(book.find('loss')?.values()).toEqual([]);
    expect(book.find('loss')?.last()).toBeUndefined();
  });
});
