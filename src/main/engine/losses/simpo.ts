/** SimPO (Meng et al., 2405.14734, eq. 6): −log σ(β (log π⁺/|y⁺| − log π⁻/|y⁻|) − γ); no reference model. */
import { z } from 'zod';
import { defineLoss } from './preference.ts';

export const simpo = defineLoss({
  id: 'simpo',
  title: 'SimPO',
  summary: 'Log-probability per token as the reward, with a margin to reach; β is larger than in DPO (2 to 10).',
  paper: {
    title: 'SimPO: Simple Preference Optimization with a Reference-Free Reward',
    url: 'https://arxiv.org/abs/2405.14734',
  },
  params: {
    simpo_gamma: z.number().min(0).default(0.5).meta({
      title: 'SimPO γ',
      description: 'Margin by which the chosen answer should win in SimPO.',
      group: 'Objective',
    }),
  },
  usesLabelSmoothing: false,
  usesDivergence: false,
  build(g, { chosenLogp, rejectedLogp, chosenLength, rejectedLength }, { beta, simpo_gamma }) {
    const gap = g.sub(g.div(chosenLogp, chosenLength), g.div(rejectedLogp, rejectedLength));
    return g.neg(g.logSigmoid(g.sub(g.mul(beta, gap), simpo_gamma)));
  },
});
