/** Records → training examples under TRL's column names: preference pairs, prompt and completion, text, messages. */
import { DatasetError, type SourceRecord } from './records.ts';

export interface Message {
  readonly role: string;
  readonly content: string;
}
export type TextOrChat = string | readonly Message[];

export interface PreferenceExample {
  readonly prompt: TextOrChat;
  readonly chosen: TextOrChat;
  readonly rejected: TextOrChat;
}

/** `prompt` null: the whole text or conversation is trained on. */
export interface DemonstrationExample {
  readonly prompt: TextOrChat | null;
  readonly completion: TextOrChat;
}

const where = (path: string, { line, row }: SourceRecord): string =>
  line === null ? `${path}: row ${row}` : `${path}:${line}`;

/** A string or a list of {role, content}; anything else is refused, never turned into text. */
function textOrChat(path: string, record: SourceRecord, key: string): TextOrChat {
  const value = record.value[key];
  if (typeof value === 'string') return value;
  if (value === undefined) throw new DatasetError(`${where(path, record)}: "${key}" is missing`);
  const isMessage = (m: unknown): m is Message =>
    m !== null &&
    typeof m === 'object' &&
    typeof (m as Message).role === 'string' &&
    typeof (m as Message).content === 'string';
  if (Array.isArray(value) && value.length > 0 && value.every(isMessage)) return value;
  throw new DatasetError(
    `${where(path, record)}: "${key}" must be text or a list of {role, content}, found ${JSON.stringify(value)?.slice(0, 60)}`,
  );
}

/** A preference row; without `prompt` the shared beginning of both answers is the prompt (TRL's extract_prompt). */
export function preferenceExample(path: string, record: SourceRecord): PreferenceExample {
  const chosen = textOrChat(path, record, 'chosen');
  const rejected = textOrChat(path, record, 'rejected');
  if (typeof chosen !== typeof rejected)
    throw new DatasetError(`${where(path, record)}: "chosen" and "rejected" must both be text or both conversations`);
  if (record.value.prompt === undefined) return implicitPrompt(chosen, rejected);
  const prompt = textOrChat(path, record, 'prompt');
  if (typeof prompt !== typeof chosen)
    throw new DatasetError(
      `${where(path, record)}: "prompt" is ${typeof prompt === 'string' ? 'text' : 'a conversation'}, "chosen" is not`,
    );
  return { prompt, chosen, rejected };
}

function implicitPrompt(chosen: TextOrChat, rejected: TextOrChat): PreferenceExample {
  const limit = Math.min(chosen.length, rejected.length);
  let shared = 0;
  const same = (i: number) => JSON.stringify(chosen[i]) === JSON.stringify(rejected[i]);
  while (shared < limit && same(shared)) shared++;
  // a space before the answers belongs to them: tokens begin with their space
  if (typeof chosen === 'string' && shared < limit && shared > 0 && chosen[shared - 1] === ' ') shared--;
  return { prompt: chosen.slice(0, shared), chosen: chosen.slice(shared), rejected: rejected.slice(shared) };
}

/** An SFT row: text, messages, or prompt and completion. */
export function demonstrationExample(path: string, record: SourceRecord): DemonstrationExample {
  const { value } = record;
  if (value.text !== undefined) return { prompt: null, completion: textOrChat(path, record, 'text') };
  if (value.messages !== undefined) return { prompt: null, completion: textOrChat(path, record, 'messages') };
  if (value.completion === undefined && value.chosen !== undefined) {
    const { prompt, chosen } = preferenceExample(path, record);
    return { prompt, completion: chosen };
  }
  return { prompt: textOrChat(path, record, 'prompt'), completion: textOrChat(path, record, 'completion') };
}

/** The prompt of a row that has one: a prompt alone, or the prompt of a pair or demonstration. */
export function promptExample(path: string, record: SourceRecord): TextOrChat {
  const { value } = record;
  if (value.prompt === undefined && value.chosen !== undefined) return preferenceExample(path, record).prompt;
  return textOrChat(path, record, 'prompt');
}
