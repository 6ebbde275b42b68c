/** The simulated rater: prefers by the gold reward with Bradley–Terry noise at a stated temperature. */
import type { Random } from '../base/random.ts';

/** P(a is preferred to b) = σ((gold(a) − gold(b)) / T) (Bradley & Terry 1952). T = 0: no noise, a tie of golds gives ½. */
export function preferenceProbability(goldA: number, goldB: number, temperature: number): number {
  if (!(temperature >= 0)) throw new RangeError(`the rater's temperature must be 0 or more, found ${temperature}`);
  const difference = goldA - goldB;
  if (temperature === 0) return difference === 0 ? 0.5 : difference > 0 ? 1 : 0;
  return 1 / (1 + Math.exp(-difference / temperature));
}

/** One rating: true when a is chosen (a Bernoulli draw). */
export const prefersFirst = (goldA: number, goldB: number, temperature: number, random: Random): boolean =>
  random.bernoulli(preferenceProbability(goldA, goldB, temperature));
