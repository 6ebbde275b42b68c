/** AOT without pairing (Melnyk et al., 2406.05882): the chosen answers' log-ratios should dominate the rejected ones' in distribution, so both are sorted. */
import { ascending } from './ascending.ts';
import { defineLoss, smoothedLogistic } from './preference.ts';

export const aotUnpaired = defineLoss({
  id: 'aot_unpaired',
  title: 'AOT, unpaired',
  summary:
    'Optimal transport on the batch: sorted chosen against sorted rejected log-ratios. Depends on who shares a batch.',
  paper: {
    title: 'Distributional Preference Alignment of LLMs via Optimal Transport',
    url: 'https://arxiv.org/abs/2406.05882',
  },
  params: {},
  usesLabelSmoothing: true,
  usesDivergence: false,
  build(g, { chosenRatio, rejectedRatio }, { beta, label_smoothing }) {
    const gap = g.sub(ascending(g, chosenRatio), ascending(g, rejectedRatio));
    return smoothedLogistic(g, g.mul(beta, gap), label_smoothing);
  },
});
