/** Length-normalised DPO (TRL's sigmoid_norm; Meng et al., 2405.14734, for the normalisation): −log σ(β · gap of log-ratios per token). */
import type { PreferenceLoss } from './preference.ts';

export const sigmoidNorm: PreferenceLoss = {
  id: 'sigmoid_norm',
  title: 'DPO per token',
  paper: {
    title: 'SimPO: Simple Preference Optimization with a Reference-Free Reward',
    url: 'https://arxiv.org/abs/2405.14734',
  },
  usesLabelSmoothing: false,
  build(g, { chosen, rejected, refChosen, refRejected, chosenLength, rejectedLength }, { beta }) {
    const perChosen = g.div(g.sub(chosen, refChosen), chosenLength);
    const perRejected = g.div(g.sub(rejected, refRejected), rejectedLength);
    return g.neg(g.logSigmoid(g.mul(beta, g.sub(perChosen, perRejected))));
  },
};
