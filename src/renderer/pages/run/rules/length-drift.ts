/** Answers that grow longer. */
import type { CurveBook } from '../../../../charts/curve-book.ts';
import { whole } from '../../../../charts/numbers.ts';
import { arxiv, countExcessLess, holdCloser, normaliseLength } from './remedy.ts';
import { average, FEW, means, type Rule } from './rule.ts';

/** Mean length of answers, under the names that methods give it. */
const LENGTHS = ['completions/mean_length', 'tokens/responses_len_mean', 'objective/response_length'];

function find(book: CurveBook): ReturnType<Rule['find']> {
  const lengths = LENGTHS.map((metric) => means(book, metric)).find((values) => values.length >= 3 * FEW);
  if (!lengths) return null;
  const [before, now] = [average(lengths.slice(0, FEW)), average(lengths.slice(-FEW))];
  if (!(now > 1.3 * before)) return null;
  return {
    title: `Answers grow longer: ${whole(before)} → ${whole(now)} tokens.`,
    text: 'A reward that likes length is earned by length alone. Compare at equal length before you believe the score.',
  };
}

export const lengthDrift: Rule = {
  kind: 'length',
  remedies: [
    normaliseLength,
    countExcessLess,
    holdCloser,
    { to: 'compare', label: 'Compare at equal length' },
    { to: 'curve', metrics: LENGTHS },
  ],
  paper: arxiv('Singhal et al., A long way to go: length and RLHF', '2310.03716'),
  raisedWhen: 'the last 8 values of the answers’ mean length are more than 1.3 times the first 8.',
  find,
};
