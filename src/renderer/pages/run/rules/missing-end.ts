/** Answers that are cut off. */
import type { CurveBook } from '../../../../charts/curve-book.ts';
import { percent } from '../../../../charts/numbers.ts';
import { allowLonger, arxiv, penaliseTornAnswers } from './remedy.ts';
import { means, type Rule } from './rule.ts';

function find(book: CurveBook): ReturnType<Rule['find']> {
  const ended = means(book, 'val/contain_eos_token').at(-1);
  if (!ended || ended.value >= 0.8) return null;
  return {
    title: `${percent(1 - ended.value, 0)} of answers do not end by themselves.`,
    text: 'They are cut at the longest length allowed. Their reward is that of a torn answer.',
  };
}

export const missingEnd: Rule = {
  kind: 'missing-eos',
  remedies: [penaliseTornAnswers, allowLonger, { to: 'samples' }, { to: 'curve', metrics: ['val/contain_eos_token'] }],
  paper: arxiv('Huang et al., The N+ implementation details of RLHF with PPO', '2403.17031'),
  raisedWhen: 'fewer than 80% of answers end by themselves at the last value of val/contain_eos_token.',
  find,
};
