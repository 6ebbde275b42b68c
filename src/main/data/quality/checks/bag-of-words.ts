/** How far counting words goes towards the label. */
import { winRate } from '../../../base/statistics.ts';
import type { QualityCheck } from '../check.ts';
import { FEWEST_PAIRS, wordModelOf } from '../word-model.ts';

export const bagOfWords: QualityCheck = {
  id: 'bag-of-words',
  title: 'Bag of words',
  start(context) {
    if (context.kind !== 'preference') return null;
    const model = wordModelOf(context);
    return {
      add: model.add,
      *finish() {
        const learnt = yield* model.learn();
        const { pairs: n, every } = model;
        if (!learnt)
          return { baseline: { accuracy: null, interval: null, n, meaning: `Needs ${FEWEST_PAIRS} decided pairs` } };
        const { value, low, high } = winRate(learnt.outcomes);
        const sampled = every === 1 ? '' : `, of one row in ${every}`;
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
