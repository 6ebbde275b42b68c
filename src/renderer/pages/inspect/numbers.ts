/** What is reckoned from token log-probabilities: implicit reward, probabilities, the loss of a forced pair; and the step of colour that a value has. */
import type { ReadToken } from '../../../preload/contract/index.ts';

/** log π · β·log π/π_ref (the implicit reward, which the tokens add up to) · KL to the reference. */
export type Mode = 'logp' | 'reward' | 'kl';
export const MODES: readonly Mode[] = ['logp', 'reward', 'kl'];

type Numbers = Pick<ReadToken, 'logp' | 'refLogp' | 'kl'>;

/** ln π − ln π_ref, nats; null where one is missing. */
export const logRatio = ({ logp, refLogp }: Pick<ReadToken, 'logp' | 'refLogp'>): number | null =>
  logp === null || refLogp === null ? null : logp - refLogp;

export function tokenValue(token: Numbers, mode: Mode, beta: number): number | null {
  if (mode === 'logp') return token.logp;
  if (mode === 'kl') return token.kl;
  const ratio = logRatio(token);
  return ratio === null ? null : beta * ratio;
}

/** Sum over tokens; null when there is none or one of them has no value. */
export function total(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum;
}

/** The values up to the first that is not there yet. */
export function knownOf(values: readonly (number | null)[]): readonly (number | null)[] {
  const end = values.indexOf(null);
  return end < 0 ? values : values.slice(0, end);
}

/** Where colours end, in nats. */
export const CUT: Readonly<Record<Mode, number>> = { logp: 5, reward: 0.4, kl: 1 };

/** "n4" … "p4" for rewards, "1" … "5" for what only grows (surprise, KL); null without a value. */
export function colourStep(value: number | null, mode: Mode): string | null {
  if (value === null || !Number.isFinite(value)) return null;
  const share = Math.min(1, Math.abs(value) / CUT[mode]);
  if (mode !== 'reward') return String(1 + Math.min(4, Math.floor(share * 5)));
  // a ninth of the range about 0 is 0
  const step = Math.min(4, Math.round(share * 4.5));
  return step === 0 ? '0' : `${value < 0 ? 'n' : 'p'}${step}`;
}

export interface ForcedSide {
  readonly logp: number | null;
  readonly refLogp: number | null;
}

export const sideOf = (tokens: readonly Numbers[]): ForcedSide => ({
  logp: total(tokens.map(({ logp }) => logp)),
  refLogp: total(tokens.map(({ refLogp }) => refLogp)),
});

/** e^x, null kept. */
export const probability = (logp: number | null): number | null => (logp === null ? null : Math.exp(logp));

export interface ForcedNumbers {
  readonly chosen: number | null;
  readonly rejected: number | null;
  /** 1 − π(y⁺) − π(y⁻). */
  readonly elsewhere: number | null;
  /** π(y⁺) − π_ref(y⁺). */
  readonly change: number | null;
  readonly chosenRatio: number | null;
  readonly rejectedRatio: number | null;
  /** β (log ratio of y⁺ − log ratio of y⁻). */
  readonly margin: number | null;
  /** −ln σ(margin), DPO equation 7. */
  readonly loss: number | null;
}

const minus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);

export function forcedNumbers(chosen: ForcedSide, rejected: ForcedSide | null, beta: number): ForcedNumbers {
  const [own, other] = [probability(chosen.logp), probability(rejected?.logp ?? null)];
  const chosenRatio = logRatio(chosen);
  const rejectedRatio = rejected ? logRatio(rejected) : null;
  const gap = minus(chosenRatio, rejectedRatio);
  const margin = gap === null ? null : beta * gap;
  return {
    chosen: own,
    rejected: other,
    elsewhere: own === null || (rejected !== null && other === null) ? null : Math.max(0, 1 - own - (other ?? 0)),
    change: minus(own, probability(chosen.refLogp)),
    chosenRatio,
    rejectedRatio,
    margin,
    // ln(1 + e^−m), written so that no margin overflows
    loss: margin === null ? null : Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin))),
  };
}

/** Points of the running sum, from 0 tokens on; up to the first token without a value. */
export function runningSum(values: readonly (number | null)[]): readonly (readonly [number, number])[] {
  const points: [number, number][] = [[0, 0]];
  let sum = 0;
  for (const value of values) {
    if (value === null) break;
    sum += value;
    points.push([points.length, sum]);
  }
  return points;
}
