/** DPO (Rafailov et al., 2305.18290, eq. 7): −log σ(h), h = β · gap of log-ratios. */
import { defineLoss, margin } from './preference.ts';

export const sigmoid = defineLoss({
  id: 'sigmoid',
  title: 'DPO',
  summary: 'Logistic loss on the margin of implicit rewards.',
  paper: { title: 'Direct Preference Optimization', url: 'https://arxiv.org/abs/2305.18290' },
  params: {},
  usesLabelSmoothing: false,
  usesDivergence: true,
  build: (g, pair, { beta }) => g.neg(g.logSigmoid(margin(g, pair, beta))),
});
