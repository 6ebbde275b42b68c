/** SPPO with hard labels (Wu et al., 2405.00675, eq. 4.7 with P = 1 and 0): (log-ratio⁺ − 1/(2β))² + (log-ratio⁻ + 1/(2β))². */
import { defineLoss } from './preference.ts';

export const sppoHard = defineLoss({
  id: 'sppo_hard',
  title: 'SPPO',
  summary: 'Self-play: both log-ratios are regressed on ±1/(2β).',
  paper: {
    title: 'Self-Play Preference Optimization for Language Model Alignment',
    url: 'https://arxiv.org/abs/2405.00675',
  },
  params: {},
  usesLabelSmoothing: false,
  usesDivergence: false,
  build(g, { chosenRatio, rejectedRatio }, { beta }) {
    const winner = g.sub(chosenRatio, 0.5 / beta);
    const loser = g.add(rejectedRatio, 0.5 / beta);
    return g.add(g.mul(winner, winner), g.mul(loser, loser));
  },
});
