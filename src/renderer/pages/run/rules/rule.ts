/** What a warning of a run is, and how a rule reads the ends of a curve. */
import type { CurveBook, Value } from '../../../../charts/curve-book.ts';
import type { Paper, Remedy } from './remedy.ts';

export interface Warning {
  readonly kind: string;
  /** The bold first sentence. */
  readonly title: string;
  /** The numbers behind it, what it means, what to do. */
  readonly text: string;
  /** The step that it is about, where there is one. */
  readonly step?: number;
}

export interface Rule {
  readonly kind: string;
  /** What can be done about it, the likeliest first; each is offered where it fits the run. */
  readonly remedies: readonly Remedy[];
  /** Where it is described. */
  readonly paper: Paper;
  /** When the warning is raised, with its threshold, in a sentence. */
  readonly raisedWhen: string;
  /** Looks at the curves; null while there is nothing to say, or not enough to say it from. */
  readonly find: (book: CurveBook) => Omit<Warning, 'kind'> | null;
}

/** How many values stand for an end of a curve: single batches are noisy. */
export const FEW = 8;

/** Of training, else of evaluations. */
export const means = (book: CurveBook, metric: string): readonly Value[] =>
  book.find(metric)?.means() ?? book.find(metric, true)?.means() ?? [];

export const average = (values: readonly Value[]): number =>
  values.reduce((sum, { value }) => sum + value, 0) / values.length;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
