/** KTO (Ethayarajh et al., 2402.01306, eq. 7–8): 1 − σ(±β (log-ratio − KL)): gains and losses against a reference point, as people weigh them. */
import type { UnpairedLoss } from './unpaired-loss.ts';

export const kto: UnpairedLoss = {
  id: 'kto',
  title: 'KTO',
  summary: 'Each answer against the reference point KL(π ‖ π_ref), estimated from answers to other prompts.',
  paper: {
    title: 'KTO: Model Alignment as Prospect Theoretic Optimization',
    url: 'https://arxiv.org/abs/2402.01306',
  },
  usesKl: true,
  build: (g, { ratio, sign, kl }, beta) => g.sub(1, g.exactSigmoid(g.mul(g.mul(beta, sign), g.sub(ratio, kl)))),
};
