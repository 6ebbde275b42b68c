/** A loss that is not a finite number. */
import type { CurveBook } from '../../../../charts/curve-book.ts';
import { whole } from '../../../../charts/numbers.ts';
import { arxiv, clipHarder, lowerRate } from './remedy.ts';
import type { Rule } from './rule.ts';

function find(book: CurveBook): ReturnType<Rule['find']> {
  const at = book.find('loss')?.brokenAt ?? null;
  if (at === null) return null;
  return {
    title: `The loss is not a finite number since step ${whole(at)}.`,
    text: 'The weights have diverged; later values mean nothing. Lower the learning rate and start from the last checkpoint before it.',
  };
}

export const divergence: Rule = {
  kind: 'divergence',
  remedies: [lowerRate, clipHarder, { to: 'curve', metrics: ['loss', 'grad_norm'] }],
  paper: arxiv('Pascanu et al., On the difficulty of training recurrent networks', '1211.5063'),
  raisedWhen: 'loss is NaN or infinite at any step.',
  find,
};
