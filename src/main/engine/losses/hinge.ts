/** SLiC's hinge on the normalised likelihood (Zhao et al., 2305.10425; Liu et al., 2309.06657, eq. 8): max(0, 1 − h). */
import { defineLoss, margin } from './preference.ts';

export const hinge = defineLoss({
  id: 'hinge',
  title: 'SLiC hinge',
  summary: 'Pairs whose margin has reached 1 stop pulling.',
  paper: {
    title: 'SLiC-HF: Sequence Likelihood Calibration with Human Feedback',
    url: 'https://arxiv.org/abs/2305.10425',
  },
  params: {},
  usesLabelSmoothing: false,
  usesDivergence: true,
  build: (g, pair, { beta }) => g.op('Relu', [g.sub(1, margin(g, pair, beta))]),
});
