/** Davidson (1970): P(win) = e^(d/2) / Z, P(tie) = ν / Z, Z = e^(d/2) + e^(−d/2) + ν. */
import { byTie, type RewardLoss } from './reward-loss.ts';

export const davidson: RewardLoss = {
  id: 'davidson',
  title: 'Davidson, with ties',
  summary: 'Ties pull scores together: the closer two answers are, the likelier a tie.',
  paper: {
    title: 'On Extending the Bradley-Terry Model to Accommodate Ties in Paired Comparison Experiments',
    url: 'https://doi.org/10.1080/01621459.1970.10481082',
  },
  usesTies: true,
  build(g, { difference, tie }, tieRate) {
    const nu = (2 * tieRate) / (1 - tieRate); // equal answers tie with probability ν / (2 + ν)
    const half = g.mul(0.5, difference);
    // ln Z = |d|/2 + ln(1 + e^(−|d|) + ν e^(−|d|/2)): finite for every d
    const size = g.abs(half);
    const rest = g.add(1, g.add(g.exp(g.mul(-2, size)), g.mul(nu, g.exp(g.neg(size)))));
    const logZ = g.add(size, g.log(rest));
    return g.sub(logZ, byTie(g, tie, g.scalar(Math.log(nu)), half));
  },
};
