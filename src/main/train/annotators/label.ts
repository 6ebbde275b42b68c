/** From a preference probability to what is learnt: threshold or Bernoulli draw, deliberate label noise, ties. */
import type { Random } from '../../base/random.ts';

export type Label = 'first' | 'second' | 'tie' | 'identical';

export interface LabelOptions {
  /** threshold: the likelier side. bernoulli: a draw. soft: both sides, by their probability. */
  readonly labelling: 'threshold' | 'bernoulli' | 'soft';
  /** |P − ½| below this is a tie. */
  readonly tieBand: number;
  /** Probability that a label is turned round. */
  readonly flip: number;
}

/** One side that is learnt as chosen, and how much it counts. */
export interface Direction {
  readonly chosen: 'first' | 'second';
  readonly weight: number;
}

/** The label of one pair; always takes two random numbers, so that one pair's label does not move the next one's. */
export function labelOf(probability: number, options: LabelOptions, random: Random): Label {
  const drawn = random.bernoulli(probability);
  const turned = random.bernoulli(options.flip);
  if (Math.abs(probability - 0.5) < options.tieBand || (options.labelling !== 'bernoulli' && probability === 0.5))
    return 'tie';
  const first = options.labelling === 'bernoulli' ? drawn : probability > 0.5;
  return first !== turned ? 'first' : 'second';
}

/** half: a tie is learnt in both directions, half each. skip, drop: not at all (drop: the mean is over the others). */
export function directionsOf(
  label: Label,
  probability: number,
  { labelling, flip }: LabelOptions,
  tiePolicy: 'drop' | 'half' | 'skip',
): Direction[] {
  if (label === 'identical') return [];
  if (label === 'tie') {
    if (tiePolicy !== 'half') return [];
    return [
      { chosen: 'first', weight: 0.5 },
      { chosen: 'second', weight: 0.5 },
    ];
  }
  if (labelling !== 'soft') return [{ chosen: label, weight: 1 }];
  const p = probability * (1 - flip) + (1 - probability) * flip;
  return [
    { chosen: 'first', weight: p },
    { chosen: 'second', weight: 1 - p },
  ];
}
