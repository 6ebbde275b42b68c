/** AOT on pairs (Melnyk et al., 2406.05882): the policy's chosen-minus-rejected log-probabilities should dominate the reference's in distribution, so both are sorted. */
import { ascending } from './ascending.ts';
import { defineLoss, smoothedLogistic } from './preference.ts';

export const aot = defineLoss({
  id: 'aot',
  title: 'AOT',
  summary:
    'Optimal transport on the batch: sorted margins of policy and reference are compared. Depends on who shares a batch.',
  paper: {
    title: 'Distributional Preference Alignment of LLMs via Optimal Transport',
    url: 'https://arxiv.org/abs/2406.05882',
  },
  params: {},
  usesLabelSmoothing: true,
  usesDivergence: false,
  build(g, { chosenLogp, rejectedLogp, refChosenLogp, refRejectedLogp }, { beta, label_smoothing }) {
    const policy = ascending(g, g.sub(chosenLogp, rejectedLogp));
    const reference = ascending(g, g.sub(refChosenLogp, refRejectedLogp));
    return smoothedLogistic(g, g.mul(beta, g.sub(policy, reference)), label_smoothing);
  },
});
