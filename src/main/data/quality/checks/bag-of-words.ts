/** How far counting words goes towards the label. */
import { winRate } from '../../../base/statistics.ts';
import { promptDigest } from '../../store/digests.ts';
import { crossValidate, type WordDifference, wordDifference } from '../bag-of-words.ts';
import { isPair, type QualityCheck } from '../check.ts';

/** Pairs that are learnt from at most; more change the second decimal no more. */
const MOST_PAIRS = 20_000;
const FEWEST_PAIRS = 20;

export const bagOfWords: QualityCheck = {
  id: 'bag-of-words',
  title: 'Bag of words',
  start({ kind, rows }) {
    if (kind !== 'preference') return null;
    const pairs: WordDifference[] = [];
    // every so many-th row: the same ones every time
    const every = Math.max(1, Math.ceil(rows / MOST_PAIRS));
    return {
      add(row) {
        if (row.pair.index % every !== 0 || !isPair(row) || row.pair.tie) return;
        pairs.push(wordDifference(row.chosen, row.rejected, promptDigest(row.pair)));
      },
      *finish() {
        const n = pairs.length;
        if (n < FEWEST_PAIRS)
          return { baseline: { accuracy: null, interval: null, n, meaning: `Needs ${FEWEST_PAIRS} decided pairs` } };
        const { value, low, high } = winRate(yield* crossValidate(pairs));
        const sampled = every === 1 ? '' : `, every ${every}th row`;
        return {
          baseline: {
            accuracy: value,
            interval: [low, high],
            n,
            meaning: `Bradley–Terry on counts of words alone; 5 folds by prompt${sampled}; the interval takes pairs as independent`,
          },
        };
      },
    };
  },
};
