/** What a dataset format is: how it is recognised, which columns it reads, and how a record becomes stored rows. */

import type {
  ChatMessage,
  ColumnMapping,
  DatasetKind,
  MappingField,
  TextOrChat,
} from '../../../preload/contract/datasets.ts';
import type { Named } from '../../base/registry.ts';
import type { NewPair } from '../store/pairs.ts';

export type RecordValue = Readonly<Record<string, unknown>>;
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
  /** Fields a mapping may set. */
  readonly fields: readonly MappingField[];
  /** Judges the first records of a file. */
  sniff(records: readonly RecordValue[]): Sniffed;
  /** Columns as this format names them. */
  readonly mapping: ColumnMapping;
  /** Rows of one record; throws RowRefused with the reason. */
  read(record: RecordValue, mapping: ColumnMapping): readonly Draft[];
}

/** A record that cannot be used: reported with its line, the rest goes on. */
export class RowRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RowRefused';
  }
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

const isMessage = (m: unknown): m is ChatMessage =>
  m !== null &&
  typeof m === 'object' &&
  typeof (m as ChatMessage).role === 'string' &&
  typeof (m as ChatMessage).content === 'string';

export const isConversation = (value: unknown): value is ChatMessage[] =>
  Array.isArray(value) && value.length > 0 && value.every(isMessage);

/** Text or conversation at a column; anything else is refused, never turned into text. */
export function textAt(record: RecordValue, column: string | undefined, field: string): TextOrChat {
  if (column === undefined) throw new RowRefused(`no column is mapped to ${field}`);
  const value = valueAt(record, column);
  if (typeof value === 'string') return checkedText(value, column);
  if (value === undefined) throw new RowRefused(`"${column}" is missing`);
  if (value === null) throw new RowRefused(`"${column}" is null`);
  if (isConversation(value)) {
    for (const message of value) checkedText(message.content, column);
    return value.map(({ role, content }) => ({ role, content }));
  }
  const what = Array.isArray(value)
    ? 'a list whose items are not messages'
    : `a ${typeof value} (${JSON.stringify(value)?.slice(0, 40)})`;
  throw new RowRefused(`"${column}" is ${what}; text or a list of messages was expected`);
}

/** Half a surrogate pair has no UTF-8 form: the database and tokenizers would change it silently. */
function checkedText(text: string, column: string): string {
  if (!text.isWellFormed()) throw new RowRefused(`"${column}" holds half a surrogate pair, which has no UTF-8 form`);
  return text;
}

/** A number where there is one; a column that is absent or null gives null. */
export function numberAt(record: RecordValue, column: string | undefined): number | null {
  if (column === undefined) return null;
  const value = valueAt(record, column);
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new RowRefused(`"${column}" must be a number, found ${JSON.stringify(value)?.slice(0, 40)}`);
  return number;
}

/** A row with everything else absent. */
export const draft = (fields: Partial<Draft> & { prompt: TextOrChat }): Draft => ({
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
});

/** Columns no field uses, kept as metadata. */
export function restOf(record: RecordValue, used: readonly (string | undefined)[]): Record<string, unknown> {
  const heads = new Set(used.flatMap((column) => (column === undefined ? [] : [column])));
  return Object.fromEntries(Object.entries(record).filter(([key]) => !heads.has(key)));
}

/** Both answers of a pair, and whether they carry a signal. */
export function pairDraft(
  record: RecordValue,
  mapping: ColumnMapping,
  prompt: TextOrChat,
  chosen: TextOrChat,
  rejected: TextOrChat,
): Draft {
  if (chosen.length === 0) throw new RowRefused('the chosen answer is empty');
  if (rejected.length === 0) throw new RowRefused('the rejected answer is empty');
  const scoreChosen = numberAt(record, mapping.score_chosen);
  const scoreRejected = numberAt(record, mapping.score_rejected);
  const tie = mapping.tie !== undefined && valueAt(record, mapping.tie) === true;
  const sameScore = scoreChosen !== null && scoreChosen === scoreRejected;
  if (!tie && JSON.stringify(chosen) === JSON.stringify(rejected))
    throw new RowRefused('chosen and rejected are identical: no signal');
  const annotator = mapping.annotator === undefined ? null : valueAt(record, mapping.annotator);
  return draft({
    prompt,
    chosen,
    rejected,
    scoreChosen,
    scoreRejected,
    tie: tie || sameScore,
    margin:
      numberAt(record, mapping.margin) ??
      (scoreChosen !== null && scoreRejected !== null ? scoreChosen - scoreRejected : null),
    annotator: typeof annotator === 'string' ? annotator : null,
    metadata: restOf(record, Object.values(mapping)),
  });
}

/** Share of records that have all of these columns. */
export function shareWith(records: readonly RecordValue[], columns: readonly string[]): number {
  if (records.length === 0) return 0;
  return records.filter((r) => columns.every((c) => valueAt(r, c) !== undefined)).length / records.length;
}
