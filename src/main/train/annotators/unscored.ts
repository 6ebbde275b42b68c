/** Stands where answers are only compared: every answer scores 0. */
import type { RewardSource } from '../rollouts/rewards.ts';

export const unscored: RewardSource = {
  title: 'annotator, which compares and does not score',
  score: async (answers) => answers.map(() => 0),
  close: async () => undefined,
};
