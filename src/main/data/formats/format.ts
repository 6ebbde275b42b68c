/** What a dataset format is: how it is recognised, which columns it reads, and how a record becomes stored rows. */

import type {
  ChatMessage,
  ColumnMapping,
  DatasetKind,
  MappingField,
  TextOrChat,
} from '../../../preload/contract/datasets.ts';
import type { Named } from '../../base/registry.ts';
import { WideNumber } from '../records/exact-json.ts';
import type { NewPair } from '../store/pairs.ts';
import { listIn } from './lists.ts';
import { besideMessages, isBlank, isReadable, isRecord, messagesOf, type RecordValue } from './messages.ts';
import { RowFault, RowRefused } from './row-refused.ts';

export { isConversation, isReadable, isRecord, type RecordValue } from './messages.ts';
export { RowFault, RowRefused } from './row-refused.ts';

/** A row without where it came from: the reader adds that. */
export type Draft = Omit<NewPair, 'provenance'>;

export interface Sniffed {
  /** 0 = not this format, 1 = certainly. */
  readonly score: number;
  readonly reason: string;
}

export interface Format extends Named {
  readonly title: string;
  readonly kind: DatasetKind;
  /** For a format whose rows are what the mapping makes of them; it wins over `kind`. */
  kindOf?(mapping: ColumnMapping): DatasetKind;
  /** Fields a mapping may set. */
  readonly fields: readonly MappingField[];
  /** Judges the first records of a file. */
  sniff(records: readonly RecordValue[]): Sniffed;
  /** Columns as this format names them. */
  readonly mapping: ColumnMapping;
  /** Rows of one record; throws RowRefused with the reason. */
  read(record: RecordValue, mapping: ColumnMapping): readonly Draft[];
  /** For a format whose rows are made of several records: it wins over `read`. */
  gather?(mapping: ColumnMapping): Gathering;
}

/** Records that make rows together: taken one by one, read when all are there. */
export interface Gathering {
  /** Keeps what is needed of the record at that 0-based place; throws RowRefused as `read` does. */
  add(record: RecordValue, place: number): void;
  /** The rows, each with the place of the record that it stands for, and the places of records that are in none. */
  finish(): {
    readonly rows: readonly { readonly draft: Draft; readonly place: number }[];
    readonly unused: readonly { readonly place: number; readonly reason: string; readonly found: string }[];
  };
}

/** Value at a column; "metadata.score" walks into objects. Own properties only: a column called __proto__ is just a column. */
export function valueAt(record: RecordValue, column: string): unknown {
  if (Object.hasOwn(record, column)) return record[column];
  let value: unknown = record;
  for (const part of column.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** What pandas makes of a list of messages in a CSV file: no JSON, and no text that anybody said. */
const PYTHON_CHAT = /^\[\s*\{'(?:role|content|from|value)':/;

/** Text or conversation at a column; anything else is refused, never turned into text. */
export function textAt(record: RecordValue, column: string | undefined, field: string): TextOrChat {
  if (column === undefined) throw new RowFault(field, `no column is mapped to ${field}`);
  const value = valueAt(record, column);
  if (typeof value === 'string') {
    if (PYTHON_CHAT.test(value))
      throw new RowRefused(
        `"${column}" is a conversation as Python prints it; save it as JSON, or the table as Parquet`,
      );
    return checkedText(value, column);
  }
  if (value === undefined) throw new RowFault(column, `"${column}" is missing; the row has ${columnsOf(record)}`);
  if (Array.isArray(value) && value.length === 0) throw new RowRefused(`"${column}" is an empty list of messages`);
  const messages = messagesOf(value);
  if (!messages)
    throw new RowFault(column, `"${column}" is ${kindOfValue(value)}; text or a list of messages was expected`);
  for (const { role, content } of messages) {
    checkedText(role, column);
    checkedText(content, column);
  }
  return messages;
}

/** A value in words: "a number (42)". */
export function kindOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list whose items are not messages';
  const kind = isRecord(value) ? 'an object' : `a ${value instanceof WideNumber ? 'number' : typeof value}`;
  return `${kind} (${JSON.stringify(value)?.slice(0, 40)})`;
}

/** A conversation at a column, split before its last message; refused when that one is not the assistant's. */
export function conversationAt(
  record: RecordValue,
  column: string,
): { readonly prompt: ChatMessage[]; readonly completion: ChatMessage[] } {
  // a column of conversations holds no texts: one is a list that was written as JSON
  const found = textAt({ [column]: listIn(valueAt(record, column)) }, column, 'messages');
  if (typeof found === 'string')
    throw new RowFault(column, `"${column}" is text; a list of {role, content} was expected`);
  if (found.at(-1)?.role !== 'assistant') throw new RowRefused("the last message is not the assistant's");
  return { prompt: found.slice(0, -1), completion: found.slice(-1) };
}

const columnsOf = (record: RecordValue): string => {
  const names = Object.keys(record);
  return names.length === 0 ? 'no fields' : `${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`;
};

/** Half a surrogate pair has no UTF-8 form: the database and tokenizers would change it silently. */
export function checkedText(text: string, column: string): string {
  if (!text.isWellFormed())
    throw new RowFault(column, `"${column}" holds half a surrogate pair, which has no UTF-8 form`);
  return text;
}

/** How tables of text write that there is no number. */
const NO_NUMBER = /^(?:nan|none|null)$/i;

/** A number where there is one; a column that is absent or null gives null. */
export function numberAt(record: RecordValue, column: string | undefined): number | null {
  if (column === undefined) return null;
  const value = valueAt(record, column);
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && NO_NUMBER.test(value)) return null;
  const number = typeof value === 'string' || value instanceof WideNumber ? Number(String(value)) : value;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new RowFault(column, `"${column}" must be a number, found ${JSON.stringify(value)?.slice(0, 40)}`);
  return number;
}

/** A whole number without the ".0" that a table gives it whose column has gaps. */
export const wholeWord = (word: string): string => word.trim().replace(/^(-?\d+)\.0+$/, '$1');

/** True or false, also as a CSV cell or as 1 and 0; absent, null and an empty cell give null. */
export function booleanAt(record: RecordValue, column: string): boolean | null {
  const value = valueAt(record, column);
  if (value === undefined || value === null || value === '') return null;
  const word = wholeWord(String(value)).toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  throw new RowFault(column, `"${column}" must be true or false, found ${JSON.stringify(value)?.slice(0, 40)}`);
}

/** A label that must be there; forms as in booleanAt. */
export function labelAt(record: RecordValue, column: string): boolean {
  const label = booleanAt(record, column);
  if (label === null) throw new RowFault(column, `"${column}" is missing; true or false was expected`);
  return label;
}

const ANSWERS = { chosen: 'chosen answer', rejected: 'rejected answer', completion: 'completion' } as const;

/** A row with everything else absent; refused when an answer is empty or white space alone (it would teach to say nothing), or ends with somebody else's message. */
export function draft(fields: Partial<Draft> & { prompt: TextOrChat }): Draft {
  for (const side of ['chosen', 'rejected', 'completion'] as const) {
    const answer = fields[side];
    if (answer === null || answer === undefined) continue;
    const last = typeof answer === 'string' ? undefined : answer.at(-1)?.role;
    if (last === 'user' || last === 'system')
      throw new RowRefused(`the last message of the ${ANSWERS[side]} is not the assistant's but of "${last}"`);
    if (!isBlank(answer)) continue;
    const isEmpty = typeof answer === 'string' ? answer === '' : answer.every(({ content }) => content === '');
    const why = isEmpty ? 'is empty' : 'holds nothing but white space';
    throw new RowRefused(`the ${ANSWERS[side]} ${why}`);
  }
  return {
    chosen: null,
    rejected: null,
    completion: null,
    label: null,
    tie: false,
    margin: null,
    scoreChosen: null,
    scoreRejected: null,
    annotator: null,
    metadata: {},
    ...fields,
  };
}

/** Where what messages say besides role and content is kept: an entry for each message, by column. */
const MESSAGE_FIELDS = 'message_fields';

/** Columns no field uses, kept as metadata, and what the messages of the others say besides their texts. */
export function restOf(record: RecordValue, used: readonly (string | undefined)[]): Record<string, unknown> {
  const heads = new Set(used.flatMap((column) => (column === undefined ? [] : [column])));
  const rest = Object.fromEntries(Object.entries(record).filter(([key]) => !heads.has(key)));
  const beside = [...heads].flatMap((column) => {
    const fields = besideMessages(valueAt(record, column));
    return fields ? [[column, fields] as const] : [];
  });
  return beside.length === 0 || MESSAGE_FIELDS in rest
    ? rest
    : { ...rest, [MESSAGE_FIELDS]: Object.fromEntries(beside) };
}

/**
 * Share of records that have all of `columns` and none of `without` (columns that belong to a stricter format). 0 when no
 * record at all holds text or messages there: then the names agree by chance.
 */
export function shareWith(
  records: readonly RecordValue[],
  columns: readonly string[],
  without: readonly string[] = [],
): number {
  const has = (record: RecordValue, column: string) => valueAt(record, column) !== undefined;
  if (!records.some((r) => columns.every((c) => isReadable(valueAt(r, c))))) return 0;
  const fits = records.filter((r) => columns.every((c) => has(r, c)) && !without.some((c) => has(r, c)));
  return fits.length / records.length;
}

/** "96% of the first rows have …", for the reason of a sniff. */
export const percentOf = (share: number): string => `${Math.round(100 * share)}% of the first rows`;
