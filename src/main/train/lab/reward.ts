/** The lab's own reward: the task's rules with other points, times a scale; and the same as a module that methods can call. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { MAX_SYMBOLS, POINTS, type Points, RESPONSES, responseRewards, responseText } from '../../tasks/enumerable.ts';
import { NO_END_PENALTY } from '../../tasks/task.ts';
import type { ListedPrompts } from './lab-method.ts';

export interface LabReward {
  /** Every reward is multiplied by it. */
  readonly scale: number;
  readonly points: Points;
}

/** Rewards of all responses to a prompt; the task's gold without one of its own. */
export function labRewards(prompt: string, reward?: LabReward): Float64Array {
  if (!reward) return responseRewards(prompt);
  return responseRewards(prompt, reward.points).map((points) => reward.scale * points);
}

/** Whether it gives what the task's gold reward gives. */
export const isGold = ({ scale, points }: LabReward): boolean =>
  scale === 1 && Object.entries(POINTS).every(([name, value]) => points[name as keyof Points] === value);

/** Writes a reward function that knows every response to the prompts by its words; returns its path. */
export function writeRewardFunction(
  folder: string,
  { prompts, rewards }: Pick<ListedPrompts, 'prompts' | 'rewards'>,
  { scale, points }: LabReward,
): string {
  makeFolder(folder);
  const texts = RESPONSES.map(responseText);
  const table = Object.fromEntries(
    prompts.map((prompt, i) => [prompt, Object.fromEntries(texts.map((text, y) => [text, rewards[i][y]]))]),
  );
  const path = join(folder, 'reward.mjs');
  // words that are no symbols, and answers that did not end: as the task's gold has them
  writeFileSync(
    path,
    `const table = ${JSON.stringify(table)};
const wordsOf = (text) => text.trim().split(/\\s+/).filter((word) => word !== '').slice(0, ${MAX_SYMBOLS});
function one({ prompt, completion, ended }) {
  const words = wordsOf(completion);
  const known = table[prompt][words.join(' ')];
  if (known === undefined) return ${scale * points.notASymbol};
  return known + (!ended && words.length < ${MAX_SYMBOLS} ? ${scale * NO_END_PENALTY} : 0);
}
export const reward = (answers) => answers.map(one);
`,
  );
  return path;
}
