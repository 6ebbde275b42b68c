/** A gradient far above the usual one. */
import type { CurveBook } from '../../../../charts/curve-book.ts';
import { fixed, whole } from '../../../../charts/numbers.ts';
import { arxiv, clipHarder, lowerRate } from './remedy.ts';
import { FEW, median, type Rule } from './rule.ts';

function find(book: CurveBook): ReturnType<Rule['find']> {
  const norms = book.find('grad_norm')?.values() ?? [];
  if (norms.length < 3 * FEW) return null;
  const middle = median(norms.map(({ value }) => value));
  const worst = norms.reduce((most, each) => (each.value > most.value ? each : most));
  if (!(worst.value > 10 * middle)) return null;
  return {
    title: `A gradient spike at step ${whole(worst.step)}.`,
    text: `grad_norm was ${fixed(worst.value, 1)}; the median is ${fixed(middle, 1)}. One is harmless when it is clipped; several ask for a lower learning rate.`,
  };
}

export const gradientSpike: Rule = {
  kind: 'gradient-spike',
  remedies: [{ to: 'curve', metrics: ['grad_norm'] }, lowerRate, clipHarder],
  paper: arxiv('Pascanu et al., On the difficulty of training recurrent networks', '1211.5063'),
  raisedWhen: 'a single grad_norm is above 10 times the median.',
  find,
};
