/** How good answers are: by a reward model, and by the gold reward of the built-in task that knows the prompt. */
import type { RewardAnswers } from '../../../../preload/contract/generations.ts';
import { conversationIds } from '../../../data/batches.ts';
import type { TextOrChat } from '../../../data/examples.ts';
import { taskOfPrompts } from '../../../evaluate/find-task.ts';
import { judgedIds } from '../../../evaluate/judges/reward-model.ts';
import type { LoadedModel } from '../../../train/load-model.ts';
import { finite } from '../shown.ts';
import { GenerationError, type ModelSource, type Work, type WorkContext } from '../work.ts';

interface ScoredAnswer {
  readonly text: string;
  readonly ended: boolean;
}

export interface RewardsWork {
  readonly rewardModel: ModelSource | null;
  readonly prompt: TextOrChat;
  readonly answers: readonly ScoredAnswer[];
}

export const rewards = {
  id: 'rewards',
  async run({ rewardModel, prompt, answers }: RewardsWork, { shelf }: WorkContext): Promise<RewardAnswers> {
    const task = taskOfPrompts([prompt]);
    const golds = answers.map(({ text, ended }) =>
      task && typeof prompt === 'string' ? task.gold(prompt, text.trim(), { ended }) : null,
    );
    const scores = rewardModel && (await modelScores(rewardModel, prompt, answers, shelf));
    return {
      task: task?.id ?? null,
      scores: answers.map((_, i) => ({ gold: finite(golds[i]), reward: finite(scores?.[i] ?? null) })),
    };
  },
} satisfies Work;

const modelScores = (
  rewardModel: ModelSource,
  prompt: TextOrChat,
  answers: readonly ScoredAnswer[],
  shelf: WorkContext['shelf'],
): Promise<readonly number[]> =>
  shelf.use(rewardModel, async ({ loaded, rewards }) => {
    if (loaded.model.head !== 'score')
      throw new GenerationError('This is a language model: it has no score head. Choose a reward model.');
    const sequences = answers.map((answer) => idsOf(loaded, prompt, answer));
    const scorer = await rewards(Math.max(1, ...sequences.map(({ length }) => length)));
    return [...(await scorer.scores(sequences))];
  });

const idsOf = (loaded: LoadedModel, prompt: TextOrChat, { text, ended }: ScoredAnswer): readonly number[] =>
  typeof prompt === 'string'
    ? judgedIds(loaded, { prompt, completion: text, ended })
    : conversationIds(loaded.tokenizer, [...prompt, { role: 'assistant', content: text }]);
