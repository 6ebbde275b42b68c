/** DPO-Positive (Pal et al., Smaug, 2402.13228, eq. 3): −log σ(h − βλ max(0, log π_ref⁺/π⁺)): a chosen answer that becomes less likely costs. */
import { z } from 'zod';
import { defineLoss, margin } from './preference.ts';

export const dpop = defineLoss({
  id: 'dpop',
  title: 'DPO-Positive',
  summary: 'DPO that does not let the chosen answer fall below the reference: against likelihood displacement.',
  paper: {
    title: 'Smaug: Fixing Failure Modes of Preference Optimisation with DPO-Positive',
    url: 'https://arxiv.org/abs/2402.13228',
  },
  params: {
    dpop_lambda: z.number().min(0).default(50).meta({
      title: 'DPO-Positive λ',
      description: 'Price of a chosen answer that is less likely than under the reference; for the loss dpop.',
      group: 'Objective',
    }),
  },
  usesLabelSmoothing: false,
  usesDivergence: true,
  build(g, pair, { beta, dpop_lambda }) {
    const fallen = g.op('Relu', [g.neg(pair.chosenRatio)]);
    return g.neg(g.logSigmoid(g.sub(margin(g, pair, beta), g.mul(beta * dpop_lambda, fallen))));
  },
});
