/** NCA on pairs (Chen et al., 2402.05369, eq. 11): −log σ(r⁺) − ½ log σ(−r⁺) − ½ log σ(−r⁻), r = β log π/π_ref: absolute likelihoods, not only the gap. */
import { defineLoss } from './preference.ts';

export const ncaPair = defineLoss({
  id: 'nca_pair',
  title: 'NCA',
  summary: 'Noise-contrastive: keeps the chosen answer likely in absolute terms.',
  paper: {
    title: 'Noise Contrastive Alignment of Language Models with Explicit Rewards',
    url: 'https://arxiv.org/abs/2402.05369',
  },
  params: {},
  usesLabelSmoothing: false,
  usesDivergence: false,
  build(g, { chosenRatio, rejectedRatio }, { beta }) {
    const chosen = g.mul(beta, chosenRatio);
    const rejected = g.mul(beta, rejectedRatio);
    const optimism = g.logSigmoid(chosen);
    const noise = g.add(g.logSigmoid(g.neg(chosen)), g.logSigmoid(g.neg(rejected)));
    return g.neg(g.add(optimism, g.mul(0.5, noise)));
  },
});
