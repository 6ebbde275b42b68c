/** R-DPO (Park et al., 2403.19159, eq. 9): the reward is charged α per token, so −log σ(h + α (|y⁺| − |y⁻|)). */
import { z } from 'zod';
import { defineLoss, margin } from './preference.ts';

export const rdpo = defineLoss({
  id: 'rdpo',
  title: 'R-DPO',
  summary: 'DPO that takes the length out of the preference: a long chosen answer has to win by less.',
  paper: {
    title: 'Disentangling Length from Quality in Direct Preference Optimization',
    url: 'https://arxiv.org/abs/2403.19159',
  },
  params: {
    rdpo_alpha: z.number().min(0).default(0.01).meta({
      title: 'R-DPO α',
      description: 'What one token of length is worth in the margin; for the loss rdpo.',
      group: 'Objective',
    }),
  },
  usesLabelSmoothing: false,
  usesDivergence: true,
  build(g, pair, { beta, rdpo_alpha }) {
    const length = g.mul(rdpo_alpha, g.sub(pair.chosenLength, pair.rejectedLength));
    return g.neg(g.logSigmoid(g.add(margin(g, pair, beta), length)));
  },
});
