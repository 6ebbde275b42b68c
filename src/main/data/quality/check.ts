/** What a check of the quality report is: it is handed every row once, and says at the end what it found. */
import type { Histogram, QualityBaseline, QualitySettings } from '../../../preload/contract/dataset-quality.ts';
import type { DatasetKind, StoredPair } from '../../../preload/contract/datasets.ts';
import type { Named } from '../../base/registry.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import type { QualitySource } from './source.ts';

/** A row with its texts as plain text; null where its kind has none. */
export interface QualityRow {
  readonly pair: StoredPair;
  readonly prompt: string;
  readonly chosen: string | null;
  readonly rejected: string | null;
  readonly completion: string | null;
}

export interface QualityContext {
  readonly settings: QualitySettings;
  readonly kind: DatasetKind;
  /** Of the version. */
  readonly rows: number;
  readonly tokenizer: Tokenizer | null;
  rowAt(index: number): StoredPair;
  /** All rows once more, for what is known only when all were seen. */
  everyRow(): Iterable<StoredPair>;
  /** Other versions whose prompts must not stand in this one, by what they are called. */
  readonly others: QualitySource['others'];
}

/** What a check found. */
export interface Found {
  /** Numbers of rows, rising, among `of` that it looked at, and what they mean. */
  readonly rows?: Iterable<number>;
  readonly of?: number;
  readonly meaning?: string;
  /** Worth a look where there are any; else a mere fact. */
  readonly warns?: boolean;
  /** Why it could not be done. */
  readonly skipped?: string;
  readonly baseline?: Omit<QualityBaseline, 'id' | 'title'>;
  readonly histogram?: Omit<Histogram, 'id' | 'title'> | null;
}

export interface Collector {
  add(row: QualityRow): void;
  /** A generator where it takes long: it yields now and then, so that others may run. */
  finish(): Found | Generator<void, Found>;
}

export interface QualityCheck extends Named {
  readonly title: string;
  /** null where a dataset of that kind has nothing to check. */
  start(context: QualityContext): Collector | null;
}

/** The answers that a row has. */
export const answersOf = ({ chosen, rejected, completion }: QualityRow): string[] =>
  [chosen, rejected, completion].filter((text) => text !== null);

export const isPair = (row: QualityRow): row is QualityRow & { readonly chosen: string; readonly rejected: string } =>
  row.chosen !== null && row.rejected !== null;

/** A check that knows of each row by itself whether it is one. */
export function rowCheck(holds: (row: QualityRow) => boolean, words: Pick<Found, 'meaning' | 'warns'>): Collector {
  const rows: number[] = [];
  let of = 0;
  return {
    add(row) {
      of++;
      if (holds(row)) rows.push(row.pair.index);
    },
    finish() {
      return { rows, of, ...words };
    },
  };
}
