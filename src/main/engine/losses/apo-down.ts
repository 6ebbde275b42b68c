/** APO-down (D'Oosterlinck et al., 2408.06266, eq. 8): σ(r⁺) + 1 − σ(r⁺ − r⁻), r = β log π/π_ref: lowers both answers, the rejected one more. */
import { defineLoss } from './preference.ts';

export const apoDown = defineLoss({
  id: 'apo_down',
  title: 'APO-down',
  summary: 'For chosen answers worse than what the model writes: both become less likely, the rejected one more so.',
  paper: {
    title: 'Anchored Preference Optimization and Contrastive Revisions',
    url: 'https://arxiv.org/abs/2408.06266',
  },
  params: {},
  usesLabelSmoothing: false,
  usesDivergence: false,
  build(g, { chosenRatio, rejectedRatio }, { beta }) {
    const gap = g.mul(beta, g.sub(chosenRatio, rejectedRatio));
    return g.add(g.exactSigmoid(g.mul(beta, chosenRatio)), g.sub(1, g.exactSigmoid(gap)));
  },
});
