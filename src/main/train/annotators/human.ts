/** A person as annotator: the run waits until the pairs of its step are rated, in the app or in a terminal. */
import type { Rating, Verdict } from '../../../preload/contract/ratings.ts';
import { createRandom } from '../../base/random.ts';
import { ConfigError } from '../config.ts';
import type { PairRating } from '../rollouts/sampled-pair.ts';
import type { AnnotatorKind, AnswerPair, Preference } from './annotator.ts';
import { unscored } from './unscored.ts';

/** A pair as a person sees it. */
interface Shown {
  readonly index: number;
  /** The first answer stands on the right. */
  readonly swapped: boolean;
  readonly first: string;
  readonly second: string;
}

/** Both sides of a pair by a draw of their own, which follows from seed and step: a resume shows the same. Answers that read alike are shown to nobody. */
function shownPairs(
  pairs: readonly AnswerPair[],
  seed: string,
  text: (answer: AnswerPair['first']) => string,
): Shown[] {
  const random = createRandom(seed);
  return pairs
    .map(({ first, second }, index) => ({
      index,
      swapped: random.bernoulli(0.5),
      first: text(first),
      second: text(second),
    }))
    .filter(({ first, second }) => first !== second);
}

/** From sides back to the pair's own order. */
export function ratingOfPair({ verdict, qualityA, qualityB, rater, comment }: Rating, swapped: boolean): PairRating {
  return {
    rater,
    verdict: sideOf(verdict, swapped),
    shownFirst: swapped ? 'b' : 'a',
    qualityFirst: swapped ? qualityB : qualityA,
    qualitySecond: swapped ? qualityA : qualityB,
    comment,
  };
}

const sideOf = (verdict: Verdict, swapped: boolean): PairRating['verdict'] =>
  verdict === 'a' || verdict === 'b' ? ((verdict === 'a') !== swapped ? 'first' : 'second') : verdict;

/** Two bad answers teach no preference: a tie, kept apart in the record. */
const PROBABILITY: Readonly<Record<PairRating['verdict'], number>> = { first: 1, second: 0, tie: 0.5, both_bad: 0.5 };

export const human: AnnotatorKind = {
  id: 'human',
  summary: 'A person: the run waits until the pairs of its step are rated.',
  async open({ options, control, text }) {
    const { rate } = control;
    if (!rate)
      throw new ConfigError('annotator human needs a workspace, where the pairs wait: plumb train, or the app');
    return {
      title: 'human',
      reward: unscored,
      scores: false,
      saysTie: true,
      async prefer(pairs, step) {
        const shown = shownPairs(pairs, `${options.seed}:shown:${step}`, text);
        const asked = shown.map(({ index, swapped, first, second }) => ({
          prompt: pairs[index].first.prompt,
          a: swapped ? second : first,
          b: swapped ? first : second,
        }));
        const ratings = asked.length === 0 ? [] : await rate(step, asked);
        const preferences: Preference[] = pairs.map(() => ({ probability: 0.5 }));
        for (const [i, { index, swapped }] of shown.entries()) {
          const rating = ratingOfPair(ratings[i], swapped);
          preferences[index] = { probability: PROBABILITY[rating.verdict], rating };
        }
        return preferences;
      },
      close: async () => undefined,
    };
  },
};
