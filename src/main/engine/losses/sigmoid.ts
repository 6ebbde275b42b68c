/** DPO (Rafailov et al., 2305.18290, eq. 7): −log σ(β · gap of log-ratios). */
import { logRatioGap, type PreferenceLoss } from './preference.ts';

export const sigmoid: PreferenceLoss = {
  id: 'sigmoid',
  title: 'DPO',
  paper: { title: 'Direct Preference Optimization', url: 'https://arxiv.org/abs/2305.18290' },
  usesLabelSmoothing: false,
  build: (g, logps, { beta }) => g.neg(g.logSigmoid(g.mul(beta, logRatioGap(g, logps)))),
};
