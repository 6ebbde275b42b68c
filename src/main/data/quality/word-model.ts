/** What counting words tells of a version's labels: learnt once a report, for all checks that ask. */
import { promptDigest } from '../store/digests.ts';
import { type CrossFit, crossFit, type WordDifference, wordDifference } from './bag-of-words.ts';
import { isPair, type QualityContext, type QualityRow } from './check.ts';

/** Pairs that are learnt from at most; more change the second decimal no more. */
const MOST_PAIRS = 20_000;
export const FEWEST_PAIRS = 20;

export interface WordModel {
  /** Every so many-th row is learnt from: the same ones every time. */
  readonly every: number;
  /** Pairs learnt from. */
  readonly pairs: number;
  /** A row, in its order; one that was handed over already is passed over. */
  add(row: QualityRow): void;
  /** null where there are too few pairs. */
  learn(): Generator<void, CrossFit | null>;
}

/** null: the row decides nothing. */
export const differenceOf = (row: QualityRow): WordDifference | null =>
  isPair(row) && !row.pair.tie ? wordDifference(row.chosen, row.rejected, promptDigest(row.pair)) : null;

const models = new WeakMap<QualityContext, WordModel>();

export function wordModelOf(context: QualityContext): WordModel {
  const known = models.get(context) ?? createWordModel(context.rows);
  models.set(context, known);
  return known;
}

function createWordModel(rows: number): WordModel {
  const every = Math.max(1, Math.ceil(rows / MOST_PAIRS));
  const pairs: WordDifference[] = [];
  let next = 0;
  let learnt: CrossFit | null | undefined;
  return {
    every,
    get pairs() {
      return pairs.length;
    },
    add(row) {
      if (row.pair.index < next) return;
      next = row.pair.index + every;
      const difference = differenceOf(row);
      if (difference) pairs.push(difference);
    },
    *learn() {
      learnt ??= pairs.length < FEWEST_PAIRS ? null : yield* crossFit(pairs);
      return learnt;
    },
  };
}
