/** BCO on pairs (Jung et al., 2404.04656, eq. 10): each answer classified by itself, −log σ(r⁺ − δ) − log σ(δ − r⁻), r = β log π/π_ref, δ = mean reward so far. */
import { z } from 'zod';
import { defineLoss } from './preference.ts';

export const bcoPair = defineLoss({
  id: 'bco_pair',
  title: 'BCO',
  summary: 'A binary classifier of good and bad answers whose logit is the implicit reward.',
  paper: {
    title: 'Binary Classifier Optimization for Large Language Model Alignment',
    url: 'https://arxiv.org/abs/2404.04656',
  },
  params: {
    bco_delta: z.enum(['none', 'running']).default('none').meta({
      title: 'BCO reward shift',
      description:
        'running: rewards are shifted by their mean so far, as in the paper. none: no shift, as in TRL 1.16.',
      group: 'Objective',
    }),
  },
  usesLabelSmoothing: false,
  usesDivergence: false,
  build(g, pair, { beta, bco_delta }) {
    const chosen = g.mul(beta, pair.chosenRatio);
    const rejected = g.mul(beta, pair.rejectedRatio);
    const classify = (good: typeof chosen, bad: typeof chosen) =>
      g.neg(g.add(g.logSigmoid(good), g.logSigmoid(g.neg(bad))));
    if (bco_delta === 'none') return classify(chosen, rejected);
    const delta = pair.runningMean('bco_delta', g.reduceMean(g.mul(0.5, g.add(chosen, rejected))));
    return classify(g.sub(chosen, delta), g.sub(rejected, delta));
  },
});
