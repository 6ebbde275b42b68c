/** What raters and a judge say of a queue: win, tie and loss of each pair of models, agreement beyond chance, habits. */
import type { QueueResults, QueueRow } from '../../preload/contract/queues.ts';
import type { Verdict } from '../../preload/contract/ratings.ts';
import { mean } from '../base/statistics.ts';
import { cohenKappa, krippendorffAlpha } from '../base/statistics-agreement.ts';
import { countVerdicts } from './win-rate.ts';

export interface RatedItem {
  readonly id: number;
  readonly firstModel: string;
  readonly secondModel: string;
  readonly judged: 'first' | 'second' | 'tie' | null;
  readonly judgeFirst: number | null;
  readonly judgeSecond: number | null;
}

/** In the sides that were shown; `flipped`: the item's second answer was A. */
export interface GivenRating {
  readonly itemId: number;
  readonly rater: string;
  readonly verdict: Verdict;
  readonly flipped: boolean;
  readonly qualityA: number | null;
  readonly qualityB: number | null;
  readonly tags: readonly string[];
}

/** Points of the item's first answer: 1 better, ½ neither, 0 worse. */
export function pointsOf({ verdict, flipped }: Pick<GivenRating, 'verdict' | 'flipped'>): number {
  if (verdict === 'tie' || verdict === 'both_bad') return 0.5;
  return (verdict === 'a') === !flipped ? 1 : 0;
}

const POINTS = { first: 1, second: 0, tie: 0.5 } as const;

/** One opinion on one item, from the side of its first answer. */
interface Opinion {
  readonly item: RatedItem;
  readonly by: string;
  readonly judge: boolean;
  readonly points: number;
  readonly quality: readonly [number | null, number | null];
}

function opinionsOf(items: readonly RatedItem[], ratings: readonly GivenRating[], judge: string | null): Opinion[] {
  const known = new Map(items.map((item) => [item.id, item]));
  const people = ratings.flatMap((rating): Opinion[] => {
    const item = known.get(rating.itemId);
    if (!item) return [];
    const { qualityA, qualityB, flipped, rater } = rating;
    const quality = flipped ? ([qualityB, qualityA] as const) : ([qualityA, qualityB] as const);
    return [{ item, by: rater, judge: false, points: pointsOf(rating), quality }];
  });
  const machine = items.flatMap((item): Opinion[] => {
    const { judged, judgeFirst, judgeSecond } = item;
    if (judge === null || judged === null) return [];
    return [{ item, by: judge, judge: true, points: POINTS[judged], quality: [judgeFirst, judgeSecond] }];
  });
  return [...people, ...machine];
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const meanOrNull = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values));

function rowOf(opinions: readonly Opinion[], { by, judge }: Pick<Opinion, 'by' | 'judge'>): QueueRow {
  const own = opinions.filter((opinion) => opinion.by === by && opinion.judge === judge);
  return {
    by,
    judge,
    ...countVerdicts(own.map(({ points }) => points)),
    qualityA: meanOrNull(known(own.map(({ quality }) => quality[0]))),
    qualityB: meanOrNull(known(own.map(({ quality }) => quality[1]))),
  };
}

/** Raters by name, then the judge. */
function whoSpoke(opinions: readonly Opinion[]): Pick<Opinion, 'by' | 'judge'>[] {
  const names = (judge: boolean) =>
    [...new Set(opinions.filter((opinion) => opinion.judge === judge).map(({ by }) => by))].sort();
  return [...names(false).map((by) => ({ by, judge: false })), ...names(true).map((by) => ({ by, judge: true }))];
}

/** NaN, where a coefficient is not defined, is null across the boundary. */
const defined = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Each two who said something of the same items. A rater may be called as the judge is: they are told apart. */
function agreementOf(opinions: readonly Opinion[]): QueueResults['agreement'] {
  const who = whoSpoke(opinions);
  const said = who.map(
    ({ by, judge }) =>
      new Map(
        opinions.filter((each) => each.by === by && each.judge === judge).map(({ item, points }) => [item.id, points]),
      ),
  );
  return who.flatMap((first, i) =>
    who.slice(i + 1).flatMap((second, j) => {
      const common = [...said[i].keys()].filter((id) => said[i + 1 + j].has(id));
      if (common.length === 0) return [];
      const [a, b] = [said[i], said[i + 1 + j]].map((each) => common.map((id) => each.get(id) ?? 0));
      const agreed = a.filter((points, at) => points === b[at]).length;
      return [{ first: first.by, second: second.by, n: common.length, agreed, kappa: defined(cohenKappa(a, b)) }];
    }),
  );
}

/** Nominal: a tie is a verdict of its own. */
function alphaOf(opinions: readonly Opinion[], items: readonly RatedItem[]): number | null {
  const people = opinions.filter(({ judge }) => !judge);
  const said = new Map(people.map(({ by, item, points }) => [`${item.id} ${by}`, points]));
  const table = whoSpoke(people).map(({ by }) => items.map(({ id }) => said.get(`${id} ${by}`) ?? null));
  return table.length < 2 ? null : defined(krippendorffAlpha(table, 'nominal'));
}

function sidesOf(ratings: readonly GivenRating[]): QueueResults['sides'] {
  const raters = [...new Set(ratings.map(({ rater }) => rater))].sort();
  return raters.map((rater) => {
    const decided = ratings.filter((each) => each.rater === rater && (each.verdict === 'a' || each.verdict === 'b'));
    return { rater, left: decided.filter(({ verdict }) => verdict === 'a').length, decided: decided.length };
  });
}

/** Most used first. */
export function countTags(ratings: readonly Pick<GivenRating, 'tags'>[]): QueueResults['tags'] {
  const counts = new Map<string, number>();
  for (const tag of ratings.flatMap((rating) => rating.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].map(([tag, count]) => ({ tag, count })).sort((a, b) => b.count - a.count);
}

export function queueResults(
  items: readonly RatedItem[],
  ratings: readonly GivenRating[],
  judge: string | null,
): QueueResults {
  const opinions = opinionsOf(items, ratings, judge);
  const contests = new Map(items.map(({ firstModel: a, secondModel: b }) => [JSON.stringify([a, b]), { a, b }]));
  const timesRated = new Map<number, number>();
  for (const { itemId } of ratings) timesRated.set(itemId, (timesRated.get(itemId) ?? 0) + 1);
  return {
    pairs: [...contests.values()].map(({ a, b }) => {
      const own = opinions.filter(({ item }) => item.firstModel === a && item.secondModel === b);
      return { a, b, rows: whoSpoke(own).map((who) => rowOf(own, who)) };
    }),
    agreement: agreementOf(opinions),
    alpha: alphaOf(opinions, items),
    overlap: [...timesRated.values()].filter((count) => count > 1).length,
    sides: sidesOf(ratings),
    tags: countTags(ratings),
  };
}

/** What most people said of an item; a tie where no side has the most. */
export function majorityOf(ratings: readonly GivenRating[]): 'first' | 'second' | 'tie' {
  const points = ratings.map(pointsOf);
  const [first, second] = [1, 0].map((value) => points.filter((each) => each === value).length);
  const ties = points.length - first - second;
  if (first > second && first > ties) return 'first';
  return second > first && second > ties ? 'second' : 'tie';
}
