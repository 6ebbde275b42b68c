/** Robust DPO (Chowdhury et al., 2403.00409, eq. 12): an unbiased estimate of the loss on clean labels, ((1−ε) L(h) − ε L(−h)) / (1 − 2ε), L = −log σ. */
import { defineLoss, margin } from './preference.ts';

export const robust = defineLoss({
  id: 'robust',
  title: 'Robust DPO',
  summary: 'DPO for labels flipped at a known rate: unbiased, at the price of more variance.',
  paper: { title: 'Provably Robust DPO', url: 'https://arxiv.org/abs/2403.00409' },
  params: {},
  usesLabelSmoothing: true,
  usesDivergence: true,
  build(g, pair, { beta, label_smoothing }) {
    const h = margin(g, pair, beta);
    const clean = g.mul(1 - label_smoothing, g.logSigmoid(h));
    const flipped = g.mul(label_smoothing, g.logSigmoid(g.neg(h)));
    return g.div(g.sub(flipped, clean), 1 - 2 * label_smoothing);
  },
});
