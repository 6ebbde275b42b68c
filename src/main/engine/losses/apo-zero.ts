/** APO-zero (D'Oosterlinck et al., 2408.06266, eq. 7): 1 − σ(r⁺) + σ(r⁻), r = β log π/π_ref: raises the chosen answer, lowers the rejected one. */
import { defineLoss } from './preference.ts';

export const apoZero = defineLoss({
  id: 'apo_zero',
  title: 'APO-zero',
  summary: 'For chosen answers better than what the model writes: their likelihood rises.',
  paper: {
    title: 'Anchored Preference Optimization and Contrastive Revisions',
    url: 'https://arxiv.org/abs/2408.06266',
  },
  params: {},
  usesLabelSmoothing: false,
  usesDivergence: false,
  build(g, { chosenRatio, rejectedRatio }, { beta }) {
    return g.add(g.sub(1, g.exactSigmoid(g.mul(beta, chosenRatio))), g.exactSigmoid(g.mul(beta, rejectedRatio)));
  },
});
