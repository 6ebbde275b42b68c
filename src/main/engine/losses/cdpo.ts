/** Conservative DPO (Mitchell 2023): the labels are flipped with probability ε, so −(1−ε) log σ(h) − ε log σ(−h). */
import { defineLoss, margin, smoothedLogistic } from './preference.ts';

export const cdpo = defineLoss({
  id: 'cdpo',
  title: 'Conservative DPO',
  summary: 'DPO for labels that may be wrong: the margin it aims for is finite.',
  paper: { title: 'A note on DPO with noisy preferences', url: 'https://ericmitchell.ai/cdpo.pdf' },
  params: {},
  usesLabelSmoothing: true,
  usesDivergence: true,
  build: (g, pair, { beta, label_smoothing }) => smoothedLogistic(g, margin(g, pair, beta), label_smoothing),
});
