/** Warnings of a run, found in its curves: a kind, the bold sentence, and the numbers behind it. Pure. */
import type { CurveBook, Value } from '../../../charts/curve-book.ts';
import { fixed, percent, signed, whole } from '../../../charts/numbers.ts';

export interface Warning {
  readonly kind: string;
  /** The bold first sentence. */
  readonly title: string;
  readonly text: string;
}

/** How many values stand for an end of a curve: single batches are noisy. */
const FEW = 8;

const means = (book: CurveBook, metric: string): readonly Value[] =>
  book.find(metric)?.means() ?? book.find(metric, true)?.means() ?? [];

const average = (values: readonly Value[]) => values.reduce((sum, { value }) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** log π(y⁺) falls while the margin grows (likelihood displacement, Razin et al. 2410.08847). */
function displacement(book: CurveBook): Warning | null {
  const chosen = means(book, 'rewards/chosen');
  const margins = means(book, 'rewards/margins');
  if (chosen.length < 3 * FEW || margins.length < 3 * FEW) return null;
  const now = average(chosen.slice(-FEW));
  const gained = average(margins.slice(-FEW)) - average(margins.slice(0, FEW));
  if (now >= 0 || now >= average(chosen.slice(0, FEW)) || gained <= 0) return null;
  return {
    kind: 'displacement',
    title: 'Chosen answers are becoming less likely.',
    text: `rewards/chosen is ${signed(now)} nats over the last ${FEW} values, below the reference, while the margin grew by ${signed(gained)} nats. The loss needs only the gap, so the mass taken from rejected answers goes elsewhere.`,
  };
}

/** A gradient far above the usual one. */
function spike(book: CurveBook): Warning | null {
  const norms = book.find('grad_norm')?.values() ?? [];
  if (norms.length < 3 * FEW) return null;
  const middle = median(norms.map(({ value }) => value));
  const worst = norms.reduce((most, each) => (each.value > most.value ? each : most));
  if (!(worst.value > 10 * middle)) return null;
  return {
    kind: 'gradient-spike',
    title: `A gradient spike at step ${whole(worst.step)}.`,
    text: `grad_norm was ${fixed(worst.value, 1)}; the median is ${fixed(middle, 1)}. One is harmless when it is clipped; several ask for a lower learning rate.`,
  };
}

function divergence(book: CurveBook): Warning | null {
  const at = book.find('loss')?.brokenAt ?? null;
  if (at === null) return null;
  return {
    kind: 'divergence',
    title: `The loss is not a finite number since step ${whole(at)}.`,
    text: 'The weights have diverged; later values mean nothing. Lower the learning rate and start from the last checkpoint before it.',
  };
}

function missingEnd(book: CurveBook): Warning | null {
  const ended = means(book, 'val/contain_eos_token').at(-1);
  if (!ended || ended.value >= 0.8) return null;
  return {
    kind: 'missing-eos',
    title: `${percent(1 - ended.value, 0)} of answers do not end by themselves.`,
    text: 'They are cut at the longest length allowed. Their reward is that of a torn answer.',
  };
}

/** Mean length of answers, under the names that methods give it. */
const LENGTHS = ['completions/mean_length', 'tokens/responses_len_mean', 'objective/response_length'];

function lengthDrift(book: CurveBook): Warning | null {
  const lengths = LENGTHS.map((metric) => means(book, metric)).find((values) => values.length >= 3 * FEW);
  if (!lengths) return null;
  const [before, now] = [average(lengths.slice(0, FEW)), average(lengths.slice(-FEW))];
  if (!(now > 1.3 * before)) return null;
  return {
    kind: 'length',
    title: `Answers grow longer: ${whole(before)} → ${whole(now)} tokens.`,
    text: 'A reward that likes length is earned by length alone. Compare at equal length before you believe the score.',
  };
}

/** KL per answer above which a policy has left the reference, nats. */
const FAR = 20;

function runaway(book: CurveBook): Warning | null {
  const kl = means(book, 'objective/kl');
  if (kl.length < FEW) return null;
  const now = average(kl.slice(-FEW));
  if (now < FAR) return null;
  return {
    kind: 'kl',
    title: `The policy leaves the reference fast: ${fixed(now, 1)} nats.`,
    text: `That is the mean over the last ${FEW} values of objective/kl. Raise β or the KL coefficient, or lower the learning rate.`,
  };
}

/** Most severe first. */
export function warningsOf(book: CurveBook): readonly Warning[] {
  return [divergence, displacement, runaway, missingEnd, lengthDrift, spike]
    .map((find) => find(book))
    .filter((found) => found !== null);
}
