/** DiscoPOP (Lu et al., 2406.08414, eq. 5): a blend of logistic and exponential loss, (1 − σ(h/τ)) · −log σ(h) + σ(h/τ) · e^−h. */
import { z } from 'zod';
import { defineLoss, margin } from './preference.ts';

export const discopop = defineLoss({
  id: 'discopop',
  title: 'DiscoPOP',
  summary: 'Found by a language model: logistic for pairs ranked wrongly, exponential for those ranked rightly.',
  paper: {
    title: 'Discovering Preference Optimization Algorithms with and for Large Language Models',
    url: 'https://arxiv.org/abs/2406.08414',
  },
  params: {
    discopop_tau: z.number().positive().default(0.05).meta({
      title: 'DiscoPOP τ',
      description: 'How sharply DiscoPOP changes from the logistic to the exponential loss around margin 0.',
      group: 'Objective',
    }),
  },
  usesLabelSmoothing: false,
  usesDivergence: true,
  build(g, pair, { beta, discopop_tau }) {
    const h = margin(g, pair, beta);
    const blend = g.exactSigmoid(g.div(h, discopop_tau));
    const logistic = g.neg(g.logSigmoid(h));
    return g.add(g.mul(g.sub(1, blend), logistic), g.mul(blend, g.exp(g.neg(h))));
  },
});
