/** Annotators that score each answer and prefer by Bradley–Terry: a task's gold reward, a reward model, the user's function. */
import { preferenceProbability } from '../../tasks/rater.ts';
import { ConfigError } from '../config.ts';
import { openRewardSource, type RewardOptions } from '../rollouts/rewards.ts';
import type { Annotator, AnnotatorContext, AnnotatorKind } from './annotator.ts';

/** P(first) = σ((s₁ − s₂) / T) with the scores that sampling has already given, penalties included. */
async function scored(
  { options, loaded, maxPositions, control }: AnnotatorContext,
  source: Partial<RewardOptions>,
): Promise<Annotator> {
  const { threads, stopRequested } = control;
  const reward = await openRewardSource({ ...source, maxPositions, threads, stopRequested }, loaded.tokenizer);
  const penalty = options.missing_eos_penalty ?? 0;
  return {
    title: reward.title,
    reward,
    scores: true,
    prefer: async (pairs) =>
      pairs.map(({ first, second }) => {
        const [a, b] = [first, second].map(({ score, containsEos }) => score - (containsEos ? 0 : penalty));
        return { probability: preferenceProbability(a, b, options.rater_temperature) };
      }),
    close: async () => undefined,
  };
}

const needed = (value: string | undefined, annotator: string, key: string): string => {
  if (value === undefined) throw new ConfigError(`annotator ${annotator} needs "${key}"`);
  return value;
};

export const gold: AnnotatorKind = {
  id: 'gold',
  summary: 'The built-in task’s own reward: knows more than any data.',
  open: (context) => scored(context, { task: needed(context.options.task, 'gold', 'task') }),
};

export const rewardModel: AnnotatorKind = {
  id: 'reward_model',
  summary: 'A trained reward model: cheap, and as wrong as its data.',
  open: (context) =>
    scored(context, {
      rewardModel: context.control.resolvePath(needed(context.options.reward_model, 'reward_model', 'reward_model')),
    }),
};

export const rewardFunction: AnnotatorKind = {
  id: 'reward_function',
  summary: 'A JavaScript function of yours that scores answers.',
  open: (context) =>
    scored(context, {
      rewardFunction: context.control.resolvePath(
        needed(context.options.reward_function, 'reward_function', 'reward_function'),
      ),
    }),
};
