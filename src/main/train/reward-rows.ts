/** Preference rows as a reward model trains on them: both sides whole, with margin and tie. */
import { type Dropped, pairTokens, type TokenRow } from '../data/batches.ts';
import { isTie, type PreferenceExample, preferenceExample } from '../data/examples.ts';
import { wideAsNumber } from '../data/records/exact-json.ts';
import { DatasetError, type SourceRecord } from '../data/records.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { PromptError, type Task } from '../tasks/task.ts';
import type { PairGold } from './diagnostics/reward-watch.ts';
import { TIE } from './pair-rows.ts';

export interface RewardRow {
  /** `start` is where the answer begins. */
  readonly chosen: TokenRow;
  readonly rejected: TokenRow;
  /** How much better the chosen answer was found; 0 when the row does not say. */
  readonly margin: number;
  readonly tie: boolean;
  /** Equal for rows about the same prompt. */
  readonly prompt: string;
  /** Gold rewards, where a task reads the answers. */
  readonly gold?: PairGold;
}

export interface RewardRowOptions {
  readonly maxLength: number | null;
  readonly ties: 'learn' | 'drop';
  /** Whose gold reward reads both answers. */
  readonly task?: Task;
}

/** TRL's rule: nothing is cut, a row is dropped when either side is longer than `maxLength`. */
export function rewardRow(
  tokenizer: Tokenizer,
  path: string,
  record: SourceRecord,
  { maxLength, ties, task }: RewardRowOptions,
): RewardRow | Dropped {
  const margin = wideAsNumber(record.value.margin ?? 0);
  const place = record.line === null ? `${path}: row ${record.row}` : `${path}:${record.line}`;
  if (typeof margin !== 'number' || !Number.isFinite(margin))
    throw new DatasetError(`${place}: "margin" must be a number, found ${JSON.stringify(margin)}`);
  const tie = isTie(path, record);
  if (tie && ties === 'drop') return TIE;
  const example = preferenceExample(path, record);
  const gold = task && pairGold(task, place, example);
  const tokens = pairTokens(tokenizer, example, { maxLength: null, truncation: 'keep_start' });
  if ('dropped' in tokens) return tokens;
  const { chosen, rejected } = tokens;
  const longest = Math.max(chosen.ids.length, rejected.ids.length);
  if (maxLength !== null && longest > maxLength)
    return { dropped: `prompt and answer have ${longest} tokens; max_length is ${maxLength}` };
  return { chosen, rejected, margin, tie, prompt: JSON.stringify(example.prompt), ...(gold && { gold }) };
}

/** Throws DatasetError on a pair that is not of this world. */
function pairGold(task: Task, place: string, { prompt, chosen, rejected }: PreferenceExample): PairGold {
  if (typeof prompt !== 'string' || typeof chosen !== 'string' || typeof rejected !== 'string')
    throw new DatasetError(`${place}: the task ${task.id} reads plain text, found a conversation: leave "task" out`);
  try {
    return { chosen: task.gold(prompt, chosen.trim()), rejected: task.gold(prompt, rejected.trim()) };
  } catch (error) {
    if (error instanceof PromptError) throw new DatasetError(`${place}: ${error.message}`);
    throw error;
  }
}
