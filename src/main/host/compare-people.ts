/** What people said of two sides of a comparison: their ratings in queues whose pairs are answers of the sides' models. */
import type { CompareVerdict } from '../../preload/contract/compare.ts';
import { listQueueRatings, ratingsByItem } from '../data/store/queue-ratings.ts';
import { listQueueItems, listQueues } from '../data/store/queues.ts';
import type { Store } from '../data/store/store.ts';
import { type Opinion, peoplesVerdict } from '../evaluate/peoples-verdict.ts';
import { pointsOf } from '../evaluate/queue-results.ts';

export interface PeopleSide {
  readonly key: string;
  readonly models: readonly string[];
}

interface RatedPair extends Opinion {
  readonly firstModel: string;
  readonly secondModel: string;
  readonly at: string;
}

const wordsOf = (text: string): number => text.split(/\s+/).filter(Boolean).length;

/** Every rating of a pair of two of these models. */
function ratedPairs(store: Store, models: ReadonlySet<string>): RatedPair[] {
  const queues = listQueues(store).filter(
    (queue) => queue.kind === 'models' && queue.models.filter((name) => models.has(name)).length > 1,
  );
  return queues.flatMap(({ id }) => {
    const ratings = ratingsByItem(listQueueRatings(store, id));
    return listQueueItems(store, id).flatMap(({ id: item, prompt, first, second, firstModel, secondModel }) => {
      const lengths = { first: wordsOf(first), second: wordsOf(second) };
      return (ratings.get(item) ?? []).map((rating) => ({
        ...{ prompt, lengths, firstModel, secondModel },
        point: pointsOf(rating),
        at: rating.createdAt,
      }));
    });
  });
}

const turned = ({ point, lengths, ...rest }: RatedPair): RatedPair => ({
  ...rest,
  point: 1 - point,
  lengths: { first: lengths.second, second: lengths.first },
});

/** One verdict for every two sides that somebody has rated against each other. */
export function peoplesVerdicts(store: Store, sides: readonly PeopleSide[]): CompareVerdict[] {
  const rated = ratedPairs(store, new Set(sides.flatMap(({ models }) => models)));
  if (rated.length === 0) return [];
  return sides.flatMap((a, i) =>
    sides.slice(i + 1).flatMap((b): CompareVerdict[] => {
      const own = rated.flatMap((pair) => {
        if (a.models.includes(pair.firstModel) && b.models.includes(pair.secondModel)) return [pair];
        return a.models.includes(pair.secondModel) && b.models.includes(pair.firstModel) ? [turned(pair)] : [];
      });
      if (own.length === 0) return [];
      const createdAt = own.reduce((last, { at }) => (at > last ? at : last), '');
      return [{ a: a.key, b: b.key, judge: 'human', task: '', ...peoplesVerdict(own), lengthUnit: 'words', createdAt }];
    }),
  );
}
