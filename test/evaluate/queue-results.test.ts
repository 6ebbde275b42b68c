/** Results of queues: agreement against published worked examples, wins on the side they were meant for, the most said. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GivenRating,
  majorityOf,
  pointsOf,
  queueResults,
  type RatedItem,
} from '../../src/main/evaluate/queue-results.ts';

const itemsOf = (n: number): RatedItem[] =>
  Array.from({ length: n }, (_, i) => ({
    id: i + 1,
    firstModel: 'x',
    secondModel: 'y',
    judged: null,
    judgeFirst: null,
    judgeSecond: null,
  }));

/** + the first answer is better, - the second, = neither, space: not rated. Sides alternate, which must change nothing. */
const said = (rater: string, line: string): GivenRating[] =>
  [...line].flatMap((sign, i): GivenRating[] => {
    const flipped = i % 2 === 1;
    const rest = { itemId: i + 1, rater, flipped, qualityA: null, qualityB: null, tags: [] };
    if (sign === ' ') return [];
    if (sign === '=') return [{ ...rest, verdict: i % 3 === 0 ? 'both_bad' : 'tie' }];
    return [{ ...rest, verdict: (sign === '+') === flipped ? 'b' : 'a' }];
  });

describe('agreement', () => {
  it('Cohen κ of the textbook’s 50 proposals: 20 both yes, 15 both no, 5 and 10 apart, κ = 0.4', () => {
    const a = '+'.repeat(25) + '-'.repeat(25);
    const b = '+'.repeat(20) + '-'.repeat(5) + '+'.repeat(10) + '-'.repeat(15);
    const { agreement } = queueResults(itemsOf(50), [...said('a', a), ...said('b', b)], null);
    expect(agreement).toMatchObject([{ first: 'a', second: 'b', n: 50, agreed: 35 }]);
    expect(agreement[0].kappa).toBeCloseTo(0.4, 12);
  });

  it('Krippendorff α of his binary example (2011, section A): 0.095', () => {
    const ratings = [...said('meg', '-+------+-'), ...said('owen', '+++--+----')];
    const { alpha, overlap } = queueResults(itemsOf(10), ratings, null);
    expect(overlap).toBe(10);
    expect(alpha).toBeCloseTo(0.095, 3);
  });

  it('Krippendorff α leaves out pairs that one person rated alone, and needs two people', () => {
    const both = [...said('meg', '-+------+-'), ...said('owen', '+++--+----')];
    const { alpha } = queueResults(itemsOf(14), [...both, ...said('meg', '          ++-=')], null);
    expect(alpha).toBeCloseTo(queueResults(itemsOf(10), both, null).alpha ?? 9, 12);
    expect(queueResults(itemsOf(10), said('meg', '-+------+-'), null).alpha).toBeNull();
  });

  it('Cohen κ with a judge as the second, over what both have said', () => {
    const items = itemsOf(4).map((item, i) => ({ ...item, judged: (['first', 'second', 'tie', null] as const)[i] }));
    const { agreement, alpha } = queueResults(items, said('ada', '+-=+'), 'Gold reward');
    expect(agreement).toEqual([{ first: 'ada', second: 'Gold reward', n: 3, agreed: 3, kappa: 1 }]);
    expect(alpha).toBeNull();
  });
});

describe('win, tie and loss', () => {
  it('count for the model, whatever side it was shown on', () => {
    const { pairs, sides } = queueResults(itemsOf(8), said('ada', '+++++=--'), null);
    expect(pairs[0].rows[0]).toMatchObject({ n: 8, win: 5, tie: 1, loss: 2, winRate: 5.5 / 8 });
    // +: left on even places, right on odd ones; -: the other way
    expect(sides).toEqual([{ rater: 'ada', left: 4, decided: 7 }]);
  });

  it('a rater who always presses the left key wins half for each model', () => {
    const ratings = said('ada', '+-+-+-+-');
    expect(ratings.every(({ verdict }) => verdict === 'a')).toBe(true);
    const { pairs, sides } = queueResults(itemsOf(8), ratings, null);
    expect(pairs[0].rows[0]).toMatchObject({ win: 4, loss: 4, winRate: 0.5 });
    expect(sides[0]).toEqual({ rater: 'ada', left: 8, decided: 8 });
  });

  it('points do not change when sides and verdict are both turned', () => {
    const verdicts = fc.constantFrom('a', 'b', 'tie', 'both_bad' as const);
    fc.assert(
      fc.property(verdicts, fc.boolean(), (verdict, flipped) => {
        const turned = verdict === 'a' ? 'b' : verdict === 'b' ? 'a' : verdict;
        expect(pointsOf({ verdict, flipped })).toBe(pointsOf({ verdict: turned, flipped: !flipped }));
      }),
    );
  });
});

it.each([
  ['+', 'first'],
  ['++-', 'first'],
  ['+--', 'second'],
  ['+-', 'tie'],
  ['+==', 'tie'],
  ['+=', 'tie'],
  ['++=-', 'first'],
])('most of %s: %s', (line, expected) => {
  const ratings = [...line].flatMap((sign, i) => said(`rater ${i}`, sign));
  expect(majorityOf(ratings)).toBe(expected);
});
