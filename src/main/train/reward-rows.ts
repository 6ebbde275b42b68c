/** Preference rows as a reward model trains on them: both sides whole, with margin and tie. */
import { type Dropped, pairTokens, type TokenRow } from '../data/batches.ts';
import { preferenceExample } from '../data/examples.ts';
import { DatasetError, type SourceRecord } from '../data/records.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';

export interface RewardRow {
  /** `start` is where the answer begins. */
  readonly chosen: TokenRow;
  readonly rejected: TokenRow;
  /** How much better the chosen answer was found; 0 when the row does not say. */
  readonly margin: number;
  readonly tie: boolean;
  /** Equal for rows about the same prompt. */
  readonly prompt: string;
}

export interface RewardRowOptions {
  readonly maxLength: number | null;
  readonly ties: 'learn' | 'drop';
}

/** TRL's rule: nothing is cut, a row is dropped when either side is longer than `maxLength`. */
export function rewardRow(
  tokenizer: Tokenizer,
  path: string,
  record: SourceRecord,
  { maxLength, ties }: RewardRowOptions,
): RewardRow | Dropped {
  const { margin = 0, tie = false } = record.value;
  const place = record.line === null ? `${path}: row ${record.row}` : `${path}:${record.line}`;
  if (margin !== null && (typeof margin !== 'number' || !Number.isFinite(margin)))
    throw new DatasetError(`${place}: "margin" must be a number, found ${JSON.stringify(margin)}`);
  if (typeof tie !== 'boolean')
    throw new DatasetError(`${place}: "tie" must be true or false, found ${JSON.stringify(tie)}`);
  if (tie && ties === 'drop')
    return { dropped: 'a tie teaches Bradley-Terry nothing; the losses rao_kupper and davidson learn from ties' };
  const example = preferenceExample(path, record);
  const tokens = pairTokens(tokenizer, example, { maxLength: null, truncation: 'keep_start' });
  if ('dropped' in tokens) return tokens;
  const { chosen, rejected } = tokens;
  const longest = Math.max(chosen.ids.length, rejected.ids.length);
  if (maxLength !== null && longest > maxLength)
    return { dropped: `prompt and answer have ${longest} tokens; max_length is ${maxLength}` };
  return { chosen, rejected, margin: margin ?? 0, tie, prompt: JSON.stringify(example.prompt) };
}
