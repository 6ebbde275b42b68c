/** What commands read from a user: JSON documents, conversations and token ids in them, numbers as options. Every fault says what was expected and what was found. */
import { readFileSync } from 'node:fs';
import { parseJson } from '../data/records/json-text.ts';
import { DatasetError } from '../data/records.ts';
import { exactMembers, rememberExact } from '../data/tokenizers/jinja/index.ts';
import type { ChatOptions } from '../data/tokenizers/tokenizer.ts';
import { InputError, UsageError } from './command.ts';

const FOUND = 60;

const found = (value: unknown): string => JSON.stringify(value)?.slice(0, FOUND) ?? 'nothing';

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      {
        ENOENT: 'there is no such file',
        EISDIR: 'it is a folder; a JSON file was expected',
        EACCES: 'no permission to read it',
      }[code ?? ''] ?? message;
    throw new InputError(`${path} cannot be read: ${why}`, { cause });
  }
}

function textOf(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(path));
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${path} is not UTF-8 text; save it as UTF-8`, { cause });
  }
}

/** Reads a JSON object with named errors; a key that stands twice is one. */
export function readJsonInput(path: string): Record<string, unknown> {
  const text = textOf(path);
  if (text.trim() === '') throw new InputError(`${path} is empty; a JSON object was expected`);
  let value: unknown;
  try {
    value = parseJson(text, path, {});
  } catch (cause) {
    if (cause instanceof DatasetError) throw new InputError(cause.message, { details: cause.details, cause });
    throw cause;
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    // chat templates print numbers as the file has them
    if ('conversations' in value) rememberExact(value, text);
    return value as Record<string, unknown>;
  }
  throw new InputError(`${path} must hold a JSON object, found ${found(value)}`);
}

type Document = Readonly<Record<string, unknown>>;

/** A required list of strings of an input document; half a surrogate pair has no UTF-8 form and no tokens. */
export function stringsOf(document: Document, key: string): string[] {
  const value = document[key];
  if (!Array.isArray(value))
    throw new InputError(`the input's "${key}" must be a list of strings, found ${found(value)}`);
  value.forEach((text: unknown, row) => {
    if (typeof text !== 'string')
      throw new InputError(`the input's "${key}" must be a list of strings; entry ${row} is ${found(text)}`);
    if (!text.isWellFormed())
      throw new InputError(`entry ${row} of "${key}" holds half a surrogate pair, which has no UTF-8 form`);
  });
  return value;
}

/** A value of an input document that may be absent or null. */
export function optionalOf(document: Document, key: string, type: 'boolean'): boolean | undefined;
export function optionalOf(document: Document, key: string, type: 'string'): string | undefined;
export function optionalOf(document: Document, key: string, type: 'boolean' | 'string'): unknown {
  const value = document[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === type) return value;
  const expected = type === 'boolean' ? 'true or false' : 'text';
  throw new InputError(`the input's "${key}" must be ${expected}, found ${found(value)}`);
}

/** Lists of messages; what a message holds besides its role is up to the chat template. */
export function conversationsOf<Message = { role: string; content: string }>(document: Document): Message[][] {
  const { conversations } = document;
  if (!Array.isArray(conversations))
    throw new InputError(`the input's "conversations" must be a list of message lists, found ${found(conversations)}`);
  const isMessage = (m: unknown): boolean => m !== null && typeof m === 'object' && !Array.isArray(m);
  conversations.forEach((messages: unknown, row) => {
    if (!Array.isArray(messages) || !messages.every(isMessage))
      throw new InputError(`conversation ${row} must be a list of {role, content}, found ${found(messages)}`);
  });
  return conversations as Message[][];
}

const TOKENS = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

/** What the chat template sees besides the messages: special tokens by name, `tools`, `documents` and `chat_template_kwargs` (or `kwargs`). */
export function chatVariablesOf(document: Document): Pick<ChatOptions, 'tools' | 'variables'> {
  const tokens = Object.fromEntries(
    TOKENS.flatMap((key) => (typeof document[key] === 'string' ? [[key, document[key]]] : [])),
  );
  const tools = optionalObjects(document, 'tools');
  const documents = optionalObjects(document, 'documents');
  const kwargs = ['kwargs', 'chat_template_kwargs'].map((key) => {
    const value = document[key] ?? {};
    if (typeof value === 'object' && !Array.isArray(value)) return value;
    throw new InputError(`the input's "${key}" must be an object of template variables, found ${found(value)}`);
  });
  const variables = {
    ...tokens,
    ...(documents ? { documents } : {}),
    ...exactMembers(kwargs[0]),
    ...exactMembers(kwargs[1]),
  };
  return { variables, ...(tools ? { tools } : {}) };
}

function optionalObjects(document: Document, key: string): readonly object[] | undefined {
  const value = document[key];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((each) => each !== null && typeof each === 'object' && !Array.isArray(each)))
    return value;
  throw new InputError(`the input's "${key}" must be a list of objects, found ${found(value)}`);
}

/** Lists of token ids of a model's vocabulary, none of them empty. */
export function tokenIdsOf(document: Document, vocabulary: number): number[][] {
  const { input_ids: rows } = document;
  if (!Array.isArray(rows))
    throw new InputError(`the input's "input_ids" must be a list of lists of token ids, found ${found(rows)}`);
  rows.forEach((ids: unknown, row) => {
    if (!Array.isArray(ids))
      throw new InputError(`row ${row} of "input_ids" must be a list of token ids, found ${found(ids)}`);
    if (ids.length === 0) throw new InputError(`row ${row} of "input_ids" is empty: a model needs at least one token`);
    ids.forEach((id: unknown, at) => {
      if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= vocabulary)
        throw new InputError(
          `row ${row}, position ${at}: ${found(id)} is no token id of a vocabulary of ${vocabulary}`,
        );
    });
  });
  return rows as number[][];
}

interface Bounds {
  /** Not itself allowed. */
  readonly above?: number;
  readonly least?: number;
  readonly most?: number;
}

/** A number given as an option, within bounds; undefined when it is not given. */
export function optionalNumber(value: unknown, option: string, bounds: Bounds): number | undefined {
  if (value === undefined) return undefined;
  const { above = Number.NEGATIVE_INFINITY, least = Number.NEGATIVE_INFINITY, most = Number.MAX_VALUE } = bounds;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (number > above && number >= least && number <= most) return number;
  const words = [
    bounds.above === undefined ? [] : [`above ${above}`],
    bounds.least === undefined ? [] : [`at least ${least}`],
    bounds.most === undefined ? [] : [`at most ${most}`],
  ].flat();
  throw new UsageError(`${option} must be a number ${words.join(' and ')}, found "${value}"`);
}
