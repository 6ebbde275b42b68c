/** Likelihood displacement (Razin et al., 2410.08847): DPO needs the gap only, so the chosen answer itself may become less likely. */
import { mean } from '../../base/statistics.ts';
import { beyondRounding } from '../pair-graph.ts';
import type { PairResult } from '../pair-pass.ts';

/** ln π of both answers of each pair, nats an answer. */
export interface PairSums {
  readonly chosen: ArrayLike<number>;
  readonly rejected: ArrayLike<number>;
}

/**
 * Of pairs whose log-probabilities were `start` and are `now`:
 * chosen_below_start: share with ln π(y⁺) below its start. both_fall: share with the margin up while both fall (section 3 of the paper).
 * chosen_change, rejected_change: mean of ln π − ln π at the start. A change within the rounding of float32 is none.
 */
export function displacementOf(start: PairSums, now: PairSums): Record<string, number> {
  const pairs = Array.from(now.chosen, (chosen, i) => {
    const [up, down] = [chosen - start.chosen[i], now.rejected[i] - start.rejected[i]];
    const chosenFell = -up > beyondRounding(chosen, start.chosen[i]);
    const rejectedFell = -down > beyondRounding(now.rejected[i], start.rejected[i]);
    return { up, down, chosenFell, bothFall: chosenFell && rejectedFell && up > down };
  });
  const share = (holds: (pair: (typeof pairs)[number]) => boolean) => mean(pairs.map((pair) => (holds(pair) ? 1 : 0)));
  return {
    'displacement/chosen_below_start': share(({ chosenFell }) => chosenFell),
    'displacement/both_fall': share(({ bothFall }) => bothFall),
    'displacement/chosen_change': mean(pairs.map(({ up }) => up)),
    'displacement/rejected_change': mean(pairs.map(({ down }) => down)),
  };
}

/** The same against a reference that is the policy's start: costs nothing, as both are known after a pass. */
export const sinceReference = ({
  references,
  found,
}: Pick<PairResult, 'references' | 'found'>): Record<string, number> =>
  displacementOf(
    { chosen: references.map(({ chosen }) => chosen), rejected: references.map(({ rejected }) => rejected) },
    { chosen: found.chosen_logps.data as Float32Array, rejected: found.rejected_logps.data as Float32Array },
  );

/** A token of the vocabulary and the probability that it gained (or lost), on average over the places looked at. */
export interface MovedToken {
  readonly id: number;
  readonly mass: number;
}

export interface MovedMass {
  /** Half the L1 distance of both mean distributions: how much mass went somewhere else. */
  readonly moved: number;
  /** Part of it that went to tokens outside `known`; 0 when nothing moved. */
  readonly toOthers: number;
  readonly gained: readonly MovedToken[];
  readonly lost: readonly MovedToken[];
}

/** Where the probability of the next token went: mean distributions over the same places, before and now; `known` are the tokens of the answers there. */
export function movedMass(
  before: ArrayLike<number>,
  now: ArrayLike<number>,
  known: ReadonlySet<number>,
  count: number,
): MovedMass {
  const changes = Array.from(now, (p, id) => ({ id, mass: p - before[id] }));
  const gains = changes.filter(({ mass }) => mass > 0).sort((a, b) => b.mass - a.mass);
  const losses = changes.filter(({ mass }) => mass < 0).sort((a, b) => a.mass - b.mass);
  const total = (tokens: readonly MovedToken[]) => tokens.reduce((sum, { mass }) => sum + mass, 0);
  const moved = total(gains);
  return {
    moved,
    toOthers: moved === 0 ? 0 : total(gains.filter(({ id }) => !known.has(id))) / moved,
    gained: gains.slice(0, count),
    lost: losses.slice(0, count),
  };
}
