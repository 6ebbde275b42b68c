/** Bradley-Terry (1952; Ouyang et al., 2203.02155, eq. 1): −log σ(r⁺ − r⁻). */
import type { RewardLoss } from './reward-loss.ts';

export const bradleyTerry: RewardLoss = {
  id: 'bradley_terry',
  title: 'Bradley-Terry',
  summary: 'The chosen answer wins with probability σ(r⁺ − r⁻); ties are left out.',
  paper: { title: 'Training language models to follow instructions', url: 'https://arxiv.org/abs/2203.02155' },
  usesTies: false,
  build: (g, { difference }) => g.neg(g.logSigmoid(difference)),
};
