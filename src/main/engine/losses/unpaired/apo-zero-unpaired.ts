/** APO-zero without pairs (D'Oosterlinck et al., 2408.06266, eq. 7 taken apart): 1 − σ(±β log-ratio). */
import type { UnpairedLoss } from './unpaired-loss.ts';

export const apoZeroUnpaired: UnpairedLoss = {
  id: 'apo_zero_unpaired',
  title: 'APO-zero, unpaired',
  summary: 'Each answer against the reference model itself; no KL estimate, so half the forward passes.',
  paper: {
    title: 'Anchored Preference Optimization and Contrastive Revisions',
    url: 'https://arxiv.org/abs/2408.06266',
  },
  usesKl: false,
  build: (g, { ratio, sign }, beta) => g.sub(1, g.exactSigmoid(g.mul(g.mul(beta, sign), ratio))),
};
