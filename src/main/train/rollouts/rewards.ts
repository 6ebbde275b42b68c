/** Where a sampled answer's score comes from: a built-in task's gold reward, a trained reward model, or the user's own function. */

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Tokenizer } from '../../data/tokenizers/tokenizer.ts';
import { createRewardScorer } from '../../evaluate/reward-scoring.ts';
import { tasks } from '../../tasks/index.ts';
import { ConfigError } from '../config.ts';
import { type LoadedModel, loadModel } from '../load-model.ts';

/** What is scored. */
export interface Answer {
  readonly prompt: string;
  /** Text without special tokens. */
  readonly completion: string;
  readonly queryIds: readonly number[];
  /** End token included when one was drawn. */
  readonly responseIds: readonly number[];
  readonly ended: boolean;
}

export interface RewardSource {
  /** For the log and the run page: "gold reward of helpful", "reward model helpful-rm", "reward.js". */
  readonly title: string;
  score(answers: readonly Answer[]): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface RewardOptions {
  readonly rewardModel?: string;
  /** Path of a JavaScript module whose `reward` export scores answers. */
  readonly rewardFunction?: string;
  readonly task?: string;
  readonly maxPositions: number;
  readonly threads?: number;
}

/** The source that a config names, `reward_model` first; paths are resolved. Throws ConfigError when none is named. */
export async function openRewardSource(options: RewardOptions, policy: Tokenizer): Promise<RewardSource> {
  if (options.rewardModel !== undefined) return modelReward(options.rewardModel, options, policy);
  if (options.rewardFunction !== undefined) return functionReward(options.rewardFunction);
  if (options.task !== undefined) return goldReward(options.task);
  throw new ConfigError(
    'a reward is needed: set "reward_model", "reward_function", or "task" for a built-in gold reward',
  );
}

function goldReward(id: string): RewardSource {
  const task = tasks.get(id);
  return {
    title: `gold reward of ${id}`,
    score: async (answers) =>
      answers.map(({ prompt, completion, ended }) => task.gold(prompt, completion.trim(), { ended })),
    close: async () => undefined,
  };
}

/** Scores ids as they are where the tokenizers agree, else the text in the reward model's own tokens. */
async function modelReward(
  path: string,
  { maxPositions, threads }: RewardOptions,
  policy: Tokenizer,
): Promise<RewardSource> {
  const { model, tokenizer }: LoadedModel = loadModel(path, { head: 'score' });
  const same = tokenizer.files()['tokenizer.json'] === policy.files()['tokenizer.json'];
  // another tokenizer may need more tokens for the same text
  const longest = Math.min(same ? maxPositions : 4 * maxPositions, model.config.positionLimit ?? Infinity);
  const scorer = await createRewardScorer(model, { weights: 'frozen', maxPositions: longest, threads });
  const own = ({ prompt, completion, ended }: Answer) =>
    tokenizer.encode(prompt + completion + (ended ? (tokenizer.eosToken ?? '') : '')).ids;
  const idsOf = (answer: Answer) => (same ? [...answer.queryIds, ...answer.responseIds] : own(answer));
  return {
    title: `reward model ${path}`,
    score: async (answers) => Array.from(await scorer.scores(answers.map(idsOf))),
    close: () => scorer.close(),
  };
}

/** A user's function gets all answers at once and returns one finite number each; it may be async. It runs in the job process. */
async function functionReward(path: string): Promise<RewardSource> {
  if (!existsSync(path)) throw new ConfigError(`reward_function: there is no file ${path}`);
  const module = (await import(pathToFileURL(path).href)) as { reward?: unknown };
  const { reward } = module;
  if (typeof reward !== 'function')
    throw new ConfigError(`${path}: it must export a function "reward" (answers) => numbers, found ${typeof reward}`);
  return {
    title: path,
    async score(answers) {
      const found: unknown = await reward(answers.map((answer) => ({ ...answer })));
      return checkedScores(path, found, answers.length);
    },
    close: async () => undefined,
  };
}

function checkedScores(path: string, found: unknown, count: number): number[] {
  if (!Array.isArray(found) || found.length !== count)
    throw new Error(
      `${path}: reward must return ${count} numbers, found ${Array.isArray(found) ? `${found.length}` : typeof found}`,
    );
  found.forEach((score: unknown, i) => {
    if (typeof score !== 'number' || !Number.isFinite(score))
      throw new Error(`${path}: reward of answer ${i} is ${String(score)}; a finite number was expected`);
  });
  return found as number[];
}
