/** KL runaway: the policy leaves the reference. */
import type { CurveBook } from '../../../../charts/curve-book.ts';
import { fixed } from '../../../../charts/numbers.ts';
import { arxiv, holdCloser, lowerRate, steerKl } from './remedy.ts';
import { average, FEW, means, type Rule } from './rule.ts';

/** KL per answer above which a policy has left the reference, nats. */
const FAR = 20;

function find(book: CurveBook): ReturnType<Rule['find']> {
  const kl = means(book, 'objective/kl');
  if (kl.length < FEW) return null;
  const now = average(kl.slice(-FEW));
  if (now < FAR) return null;
  return {
    title: `The policy leaves the reference fast: ${fixed(now, 1)} nats.`,
    text: `That is the mean over the last ${FEW} values of objective/kl. Raise β or the KL coefficient, or lower the learning rate.`,
  };
}

export const klRunaway: Rule = {
  kind: 'kl',
  remedies: [holdCloser, steerKl, lowerRate, { to: 'curve', metrics: ['objective/kl'] }],
  paper: arxiv('Ziegler et al., Fine-tuning language models from human preferences', '1909.08593'),
  raisedWhen: 'the mean of the last 8 values of objective/kl is above 20 nats an answer.',
  find,
};
