/** Examples → token ids and padded batches: the one place for TRL's counting rules and for padding. */

import type {
  ChatVariables,
  DemonstrationExample,
  Message,
  PreferenceExample,
  TextOrChat,
  UnpairedExample,
} from './examples.ts';
import type { Tokenizer } from './tokenizers/tokenizer.ts';

/** One sequence; tokens from `start` on count (position 0 never does: nothing predicts it). */
export interface TokenRow {
  readonly ids: readonly number[];
  readonly start: number;
}

export interface PairTokens {
  readonly chosen: TokenRow;
  readonly rejected: TokenRow;
}

export interface Dropped {
  readonly dropped: string;
}

export interface TokenLimits {
  readonly maxLength: number | null;
  /** keep_start cuts the end (TRL's default), keep_end the beginning. */
  readonly truncation: 'keep_start' | 'keep_end';
}

/** Plain text gets the tokenizer's special tokens and, behind the answer, its end token unless it is there already. */
function plainIds(tokenizer: Tokenizer, text: string): number[] {
  return tokenizer.encode(text).ids;
}

function withEnd(tokenizer: Tokenizer, text: string): string {
  const { eosToken } = tokenizer;
  return eosToken === null || text.endsWith(eosToken) ? text : text + eosToken;
}

function chatIds(
  tokenizer: Tokenizer,
  messages: readonly Message[],
  addGenerationPrompt: boolean,
  chat?: ChatVariables,
): number[] {
  const text = tokenizer.renderChat(messages, { addGenerationPrompt, ...chat });
  return tokenizer.encode(text, { addSpecialTokens: false }).ids;
}

/** Ids of a whole conversation as the chat template renders it. */
export const conversationIds = (tokenizer: Tokenizer, messages: readonly Message[]): number[] =>
  chatIds(tokenizer, messages, false);

const isChat = (value: TextOrChat): value is readonly Message[] => typeof value !== 'string';

/** Ids of the prompt alone. */
export function promptIds(tokenizer: Tokenizer, prompt: TextOrChat, chat?: ChatVariables): number[] {
  if (isChat(prompt)) return chatIds(tokenizer, prompt, true, chat);
  return prompt === '' ? [] : plainIds(tokenizer, prompt);
}

/** Ids of prompt and answer together, as they are trained on. */
export function answeredIds(
  tokenizer: Tokenizer,
  prompt: TextOrChat,
  answer: TextOrChat,
  chat?: ChatVariables,
): number[] {
  if (isChat(prompt) || isChat(answer))
    return chatIds(tokenizer, [...(prompt as readonly Message[]), ...(answer as readonly Message[])], false, chat);
  return plainIds(tokenizer, withEnd(tokenizer, prompt + answer));
}

/** How many tokens both begin with. */
export function sharedPrefix(a: readonly number[], b: readonly number[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** Cuts to `maxLength`; `start` follows the cut. */
function cut(ids: readonly number[], start: number, { maxLength, truncation }: TokenLimits): TokenRow {
  if (maxLength === null || ids.length <= maxLength) return { ids, start };
  if (truncation === 'keep_start') return { ids: ids.slice(0, maxLength), start };
  const lost = ids.length - maxLength;
  return { ids: ids.slice(lost), start: Math.max(0, start - lost) };
}

const promptFills = (start: number, maxLength: number): Dropped => ({
  dropped: `the prompt alone has ${start} tokens; max_length is ${maxLength}`,
});

/**
 * A pair as TRL 1.16 counts it: the answer begins where the ids of prompt and of prompt + answer stop being equal, for both sides at the
 * earlier of the two places. Dropped when the prompt alone fills `maxLength`.
 */
export function pairTokens(
  tokenizer: Tokenizer,
  example: PreferenceExample,
  limits: TokenLimits,
): PairTokens | Dropped {
  const prompt = promptIds(tokenizer, example.prompt, example.chat);
  const chosen = answeredIds(tokenizer, example.prompt, example.chosen, example.chat);
  const rejected = answeredIds(tokenizer, example.prompt, example.rejected, example.chat);
  const start = Math.min(sharedPrefix(prompt, chosen), sharedPrefix(prompt, rejected));
  if (limits.truncation === 'keep_start' && limits.maxLength !== null && start >= limits.maxLength)
    return promptFills(start, limits.maxLength);
  return { chosen: cut(chosen, start, limits), rejected: cut(rejected, start, limits) };
}

/** A prompt and its answer as ids, uncut: what KTO lends to other rows. */
export interface AnswerTokens {
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
}

/** Dropped when the prompt alone fills `maxLength`. */
export function answerTokens(
  tokenizer: Tokenizer,
  { prompt, completion, chat }: Pick<UnpairedExample, 'prompt' | 'completion' | 'chat'>,
  maxLength: number | null,
): AnswerTokens | Dropped {
  const ids = answeredIds(tokenizer, prompt, completion, chat);
  const start = sharedPrefix(promptIds(tokenizer, prompt, chat), ids);
  if (maxLength !== null && start >= maxLength) return promptFills(start, maxLength);
  return { prompt: ids.slice(0, start), answer: ids.slice(start) };
}

/** An answer behind a prompt as a row that is scored, cut to `maxLength`. */
export const answerRow = (prompt: readonly number[], answer: readonly number[], maxLength: number | null): TokenRow =>
  cut([...prompt, ...answer], prompt.length, { maxLength, truncation: 'keep_start' });

/** An SFT row; `completionOnly` counts the completion's tokens alone. Dropped when no token is left to learn. */
export function demonstrationTokens(
  tokenizer: Tokenizer,
  { prompt, completion, chat }: DemonstrationExample,
  completionOnly: boolean,
  limits: TokenLimits,
): TokenRow | Dropped {
  if (prompt === null) {
    const ids = isChat(completion)
      ? chatIds(tokenizer, completion, false, chat)
      : plainIds(tokenizer, withEnd(tokenizer, completion));
    return ids.length === 0 ? { dropped: 'the text has no tokens' } : cut(ids, 0, limits);
  }
  const ids = answeredIds(tokenizer, prompt, completion, chat);
  const start = completionOnly ? sharedPrefix(promptIds(tokenizer, prompt, chat), ids) : 0;
  const row = cut(ids, start, limits);
  if (row.start >= row.ids.length)
    return { dropped: `no token of the completion is left within max_length ${limits.maxLength}` };
  return row;
}

/** Tokens that are scored: those from `start` on which something predicts. */
export const scoredTokens = ({ ids, start }: TokenRow): number => Math.max(0, ids.length - Math.max(1, start));

/** Which of a batch's flat tokens predict a scored one. */
export interface ScoredPositions {
  /** Flat positions that predict a scored token, row after row, [M]. */
  readonly rows: Int32Array;
  /** The token each of them predicts, [M]. */
  readonly labels: Int32Array;
  /** Where the positions of row r begin among M; one entry more than rows. */
  readonly offsets: Int32Array;
  /** Real tokens, padding not counted. */
  readonly tokens: number;
}

/** `at` finds a row's token among all of the batch. */
export function scoredPositions(
  rows: readonly TokenRow[],
  at: (row: number, position: number) => number,
): ScoredPositions {
  const total = rows.reduce((sum, row) => sum + scoredTokens(row), 0);
  const positions = new Int32Array(total);
  const labels = new Int32Array(total);
  const offsets = new Int32Array(rows.length + 1);
  let next = 0;
  rows.forEach((row, r) => {
    for (let i = Math.max(1, row.start); i < row.ids.length; i++) {
      positions[next] = at(r, i - 1);
      labels[next++] = row.ids[i];
    }
    offsets[r + 1] = next;
  });
  return { rows: positions, labels, offsets, tokens: rows.reduce((sum, row) => sum + row.ids.length, 0) };
}

/** Rows padded on the right to one length, and the positions whose predictions are asked for. */
export interface PaddedBatch extends ScoredPositions {
  readonly size: number;
  readonly length: number;
  /** [size, length] */
  readonly ids: Int32Array;
}

export function padBatch(rows: readonly TokenRow[], padId: number): PaddedBatch {
  const length = Math.max(1, ...rows.map((r) => r.ids.length));
  const ids = new Int32Array(rows.length * length).fill(padId);
  rows.forEach((row, r) => {
    ids.set(row.ids, r * length);
  });
  return { size: rows.length, length, ids, ...scoredPositions(rows, (r, t) => r * length + t) };
}
