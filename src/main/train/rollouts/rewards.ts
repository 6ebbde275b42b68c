/** Where a sampled answer's score comes from: a built-in task's gold reward, a trained reward model, or the user's own function. */

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { endWithParent } from '../../base/end-with-parent.ts';
import type { Tokenizer } from '../../data/tokenizers/tokenizer.ts';
import { createRewardScorer } from '../../evaluate/reward-scoring.ts';
import { tasks } from '../../tasks/index.ts';
import { ConfigError } from '../config.ts';
import { type LoadedModel, loadModel } from '../load-model.ts';
import { untilStopped } from '../until-stopped.ts';

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
  /** Asked while a function of the user's is waited for. */
  readonly stopRequested?: () => boolean;
}

/** The source that a config names, `reward_model` first; paths are resolved. Throws ConfigError when none is named. */
export async function openRewardSource(options: RewardOptions, policy: Tokenizer): Promise<RewardSource> {
  if (options.rewardModel !== undefined) return modelReward(options.rewardModel, options, policy);
  if (options.rewardFunction !== undefined) return functionReward(options.rewardFunction, options.stopRequested);
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

/** What the user's module did wrong, with its path; what it threw is the cause. */
export class RewardFunctionError extends Error {
  readonly code = 'bad_reward_function';
  constructor(path: string, what: string, cause?: unknown) {
    super(
      `${path}: ${what}${cause === undefined ? '' : `: ${cause instanceof Error ? cause.message : String(cause)}${placeIn(path, cause)}`}`,
      { cause },
    );
    this.name = 'RewardFunctionError';
  }
}

/** " (line 3, column 9)" of the module where an error's stack names it, else nothing. */
function placeIn(path: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const name of [pathToFileURL(path).href, path]) {
    const [, line, column] = /^:(\d+)(?::(\d+))?/.exec(stack.split(name)[1] ?? '') ?? [];
    if (line) return ` (line ${line}${column ? `, column ${column}` : ''})`;
  }
  return '';
}

/** A user's function gets all answers at once and returns one finite number each, in an array or typed array; it may be async. It runs in the job process. */
async function functionReward(path: string, stopRequested = () => false): Promise<RewardSource> {
  if (!existsSync(path)) throw new ConfigError(`reward_function: there is no file ${path}`);
  const module = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new RewardFunctionError(path, 'the module cannot be loaded', error);
  });
  const { reward } = module as { reward?: unknown };
  if (typeof reward !== 'function')
    throw new ConfigError(
      `${path}: it must export a function "reward" (answers) => numbers; ${reward === undefined ? `it exports ${Object.keys(module).join(', ') || 'nothing'}` : `its "reward" is ${typeof reward}`}`,
    );
  const call = async (answers: readonly Answer[]): Promise<unknown> => {
    try {
      return await reward(answers.map((answer) => ({ ...answer })));
    } catch (error) {
      throw new RewardFunctionError(path, 'reward failed', error);
    }
  };
  return {
    title: path,
    score: async (answers) => checkedScores(path, await untilStopped(call(answers), stopRequested), answers.length),
    close: endWithParent(),
  };
}

function checkedScores(path: string, found: unknown, count: number): number[] {
  const scores: unknown[] | undefined = Array.isArray(found)
    ? found
    : ArrayBuffer.isView(found) && !(found instanceof DataView)
      ? Array.from(found as Float64Array)
      : undefined;
  if (scores?.length !== count)
    throw new RewardFunctionError(
      path,
      `reward must return ${count} numbers, found ${scores ? scores.length : typeof found}`,
    );
  scores.forEach((score, i) => {
    if (typeof score !== 'number' || !Number.isFinite(score))
      throw new RewardFunctionError(
        path,
        `reward of answer ${i} is ${typeof score === 'string' ? JSON.stringify(score) : String(score)}; a finite number was expected`,
      );
  });
  return scores as number[];
}
