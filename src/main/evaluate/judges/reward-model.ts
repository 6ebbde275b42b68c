/** Judges by a trained reward model's score of prompt and answer. */
import type { Answerer } from '../answers.ts';
import { createRewardScorer } from '../reward-scoring.ts';
import { pointOf } from '../win-rate.ts';
import { type JudgeDefinition, type JudgedAnswer, JudgeError } from './judge.ts';

/** Prompt and answer in the reward model's own tokens: the models that are judged may read others. */
export const judgedIds = (
  { tokenizer, eosIds }: Pick<Answerer, 'tokenizer' | 'eosIds'>,
  { prompt, completion, ended }: Pick<JudgedAnswer, 'prompt' | 'completion' | 'ended'>,
): number[] => [...tokenizer.encode(prompt + completion).ids, ...(ended && eosIds.length > 0 ? [eosIds[0]] : [])];

export const rewardModel: JudgeDefinition = {
  id: 'reward-model',
  title: 'Reward model',
  async open({ rewardModel: loaded, tie, threads }) {
    if (!loaded) throw new JudgeError('this judge needs a reward model: name it with --reward-model');
    const { model } = loaded;
    if (model.head !== 'score')
      throw new JudgeError('the model named as reward model has no score head: it is a language model');
    const score = async (answers: readonly JudgedAnswer[]): Promise<number[]> => {
      const sequences = answers.map((answer) => judgedIds(loaded, answer));
      const maxPositions = Math.max(1, ...sequences.map((ids) => ids.length));
      const scorer = await createRewardScorer(model, { weights: 'frozen', maxPositions, threads });
      try {
        return [...(await scorer.scores(sequences))];
      } finally {
        await scorer.close();
      }
    };
    return {
      score,
      async compare(first, second) {
        const [a, b] = [await score(first), await score(second)];
        return a.map((value, i) => pointOf(value, b[i], tie));
      },
      // scores are normalised to mean 0 and deviation 1 on the reference: 3 = as good as it, on average
      quality: async (answers) => (await score(answers)).map((value) => 1 + 4 / (1 + Math.exp(-value))),
      close: async () => undefined,
    };
  },
};
