/** Prefers the longer answer: what a judge with nothing but length bias would say. A model that wins by it grew longer, not better. */
import type { JudgeDefinition } from './judge.ts';

export const length: JudgeDefinition = {
  id: 'length',
  title: 'Longer answer',
  open: async () => ({
    compare: async (first, second) => first.map(({ tokens }, i) => (Math.sign(tokens - second[i].tokens) + 1) / 2),
    score: async (answers) => answers.map(({ tokens }) => tokens),
    quality: async (answers) => answers.map(() => null),
    close: async () => undefined,
  }),
};
