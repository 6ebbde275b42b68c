/** Conservative DPO (Mitchell 2023): the labels are flipped with probability ε, so −(1−ε) log σ(h) − ε log σ(−h). */
import { logRatioGap, type PreferenceLoss } from './preference.ts';

export const cdpo: PreferenceLoss = {
  id: 'cdpo',
  title: 'Conservative DPO',
  paper: { title: 'A note on DPO with noisy preferences', url: 'https://ericmitchell.ai/cdpo.pdf' },
  usesLabelSmoothing: true,
  build(g, logps, { beta, labelSmoothing }) {
    const h = g.mul(beta, logRatioGap(g, logps));
    const right = g.mul(1 - labelSmoothing, g.logSigmoid(h));
    return g.neg(g.add(right, g.mul(labelSmoothing, g.logSigmoid(g.neg(h)))));
  },
};
