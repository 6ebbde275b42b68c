/** What a warning of a run is, and how a rule reads the ends of a curve. */
import type { CurveBook, Value } from '../../../../charts/curve-book.ts';

export interface Warning {
  readonly kind: string;
  /** The bold first sentence. */
  readonly title: string;
  /** The numbers behind it, what it means, what to do. */
  readonly text: string;
}

/** What can be done about it, as a link of the warning. */
export type Remedy =
  /** Inspect, with a pair of the data forced onto this run's model and its reference. */
  | { readonly label: string; readonly to: 'force' }
  /** The wizard with this run's config, and these options changed. */
  | { readonly label: string; readonly to: 'clone'; readonly values: Readonly<Record<string, unknown>> }
  /** The wizard for another method, from where this run ended. */
  | { readonly label: string; readonly to: 'continue'; readonly method: string };

export interface Rule {
  readonly kind: string;
  /** Methods whose runs can be remedied so. */
  readonly remedies?: { readonly methods: readonly string[]; readonly links: readonly Remedy[] };
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
