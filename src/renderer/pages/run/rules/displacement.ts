/** Likelihood displacement: log π(y⁺) falls while the margin grows (Razin et al. 2410.08847). */
import type { CurveBook } from '../../../../charts/curve-book.ts';
import { signed } from '../../../../charts/numbers.ts';
import { average, FEW, means, type Rule } from './rule.ts';

function find(book: CurveBook): ReturnType<Rule['find']> {
  const chosen = means(book, 'rewards/chosen');
  const margins = means(book, 'rewards/margins');
  if (chosen.length < 3 * FEW || margins.length < 3 * FEW) return null;
  const now = average(chosen.slice(-FEW));
  const gained = average(margins.slice(-FEW)) - average(margins.slice(0, FEW));
  if (now >= 0 || now >= average(chosen.slice(0, FEW)) || gained <= 0) return null;
  return {
    title: 'Chosen answers are becoming less likely.',
    text: `rewards/chosen is ${signed(now)} nats over the last ${FEW} values, below the reference, while the margin grew by ${signed(gained)} nats. The loss needs only the gap, so the mass taken from rejected answers goes elsewhere.`,
  };
}

export const displacement: Rule = {
  kind: 'displacement',
  raisedWhen: 'rewards/chosen over the last 8 values is below 0 and below its first 8, while rewards/margins grew.',
  find,
};
