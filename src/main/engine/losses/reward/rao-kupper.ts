/** Rao & Kupper (1967): a rater sees a difference only beyond a threshold, P(win) = σ(d − ln θ), P(tie) = (θ² − 1) σ(d − ln θ) σ(−d − ln θ). */
import { byTie, type RewardLoss } from './reward-loss.ts';

export const raoKupper: RewardLoss = {
  id: 'rao_kupper',
  title: 'Rao-Kupper, with ties',
  summary: 'Ties pull scores together: differences below a threshold are not seen.',
  paper: {
    title: 'Ties in Paired-Comparison Experiments: A Generalization of the Bradley-Terry Model',
    url: 'https://doi.org/10.1080/01621459.1967.10482901',
  },
  usesTies: true,
  build(g, { difference, tie }, tieRate) {
    const theta = (1 + tieRate) / (1 - tieRate); // equal answers tie with probability (θ − 1) / (θ + 1)
    const win = g.logSigmoid(g.sub(difference, Math.log(theta)));
    const lose = g.logSigmoid(g.sub(g.neg(difference), Math.log(theta)));
    const even = g.add(Math.log(theta ** 2 - 1), g.add(win, lose));
    return g.neg(byTie(g, tie, even, win));
  },
};
