/** Length-normalised DPO (TRL's sigmoid_norm; Meng et al., 2405.14734, for the normalisation): −log σ(β · gap of log-ratios per token). */
import { defineLoss, marginPerToken } from './preference.ts';

export const sigmoidNorm = defineLoss({
  id: 'sigmoid_norm',
  title: 'DPO per token',
  summary: 'DPO on log-ratios per token: long answers count no more than short ones.',
  paper: {
    title: 'SimPO: Simple Preference Optimization with a Reference-Free Reward',
    url: 'https://arxiv.org/abs/2405.14734',
  },
  params: {},
  usesLabelSmoothing: false,
  usesDivergence: true,
  build: (g, pair, { beta }) => g.neg(g.logSigmoid(g.mul(beta, marginPerToken(g, pair)))),
});
