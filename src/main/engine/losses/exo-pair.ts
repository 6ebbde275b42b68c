/** EXO on pairs (Ji et al., 2402.00856, eq. 16): KL(p_θ ‖ p_r), p_θ = (σ(h), σ(−h)), p_r = (1−ε, ε): the reverse KL where DPO has the forward one. */
import { defineLoss, margin } from './preference.ts';

export const exoPair = defineLoss({
  id: 'exo_pair',
  title: 'EXO',
  summary: 'Reverse KL between the pair as the policy sees it and its smoothed label.',
  paper: {
    title: 'Towards Efficient Exact Optimization of Language Model Alignment',
    url: 'https://arxiv.org/abs/2402.00856',
  },
  params: {},
  usesLabelSmoothing: true,
  usesDivergence: true,
  problem: ({ label_smoothing }) =>
    label_smoothing > 0
      ? undefined
      : 'exo_pair needs label_smoothing above 0 (the paper takes 0.001): its loss holds ln ε',
  build(g, pair, { beta, label_smoothing }) {
    const h = margin(g, pair, beta);
    const term = (x: typeof h, label: number) => g.mul(g.exactSigmoid(x), g.sub(g.logSigmoid(x), Math.log(label)));
    return g.add(term(h, 1 - label_smoothing), term(g.neg(h), label_smoothing));
  },
});
