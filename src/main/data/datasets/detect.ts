/** Which format a file has and which column plays which role: from its first rows, corrected by the user, now or for an earlier file with the same columns. */
import { createHash } from 'node:crypto';
import type { ColumnMapping, DatasetKind } from '../../../preload/contract/datasets.ts';
import { alike } from '../../base/registry.ts';
import type { Format, RecordValue } from '../formats/format.ts';
import { isReadable, kindOfValue, valueAt, wholeWord } from '../formats/format.ts';
import { formats, rankFormats } from '../formats/index.ts';
import { WideNumber } from '../records/exact-json.ts';
import { DatasetError, readRecords } from '../records.ts';
import type { KeptMapping } from '../store/column-mappings.ts';
import { type Guess, guessColumns } from './guess-columns.ts';
import { jsonConversations, withConversations } from './json-conversations.ts';
import { SCORES } from './reserved-names.ts';

/** Records that decide the format. */
const SNIFFED = 50;
/** Formats that know one column alone, whatever stands beside it. */
const LOOSE: readonly string[] = ['prompts', 'text'];
/** A name that is nearly the word itself. */
const PLAIN = 0.95;

export interface ImportOptions {
  /** Id of a format; without it the file's content decides. */
  readonly format?: string;
  /** Corrections: they win over the format's own column names. */
  readonly mapping?: ColumnMapping;
  /** Reads the file as it is found, whatever was chosen for an earlier one with the same columns; that is then forgotten. */
  readonly asFound?: boolean;
  /** Leaves out rows that do not fit the format, and lines of JSONL that are no JSON, as it does refused ones; else one of them stops the import. */
  readonly leaveOut?: boolean;
}

export interface DetectOptions extends ImportOptions {
  /** What was kept for files with these columns. */
  recall?(signature: string): KeptMapping | undefined;
  /** Answers a file that no format fits with a guess to be confirmed, instead of an error. */
  readonly guess?: boolean;
}

export interface Detection {
  readonly format: Format;
  readonly mapping: ColumnMapping;
  readonly kind: DatasetKind;
  readonly ranked: ReturnType<typeof rankFormats>;
  readonly head: readonly RecordValue[];
  /** Columns that hold conversations as JSON text; in `head` they are lists. */
  readonly asJson: readonly string[];
  /** Files with the same columns have the same one. */
  readonly signature: string;
  /** What was kept of an earlier file, when it is used here. */
  readonly remembered: KeptMapping | null;
  /** How alike guessed columns are to known names; null when nothing was guessed. */
  readonly guessed: Guess['similarity'] | null;
}

/** Format and mapping of a file: what the user chose, else what was kept, else what its first rows look like. Throws DatasetError. */
export async function detectFormat(path: string, options: DetectOptions = {}): Promise<Detection> {
  const raw = await firstRecords(path, options.leaveOut === true);
  const asJson = jsonConversations(raw);
  if (raw.length === 0) throw new DatasetError(`${path}: it holds no rows`);
  const head = raw.map((record) => withConversations(record, asJson));
  const signature = signatureOf(head);
  const asked = isAsked(options);
  const remembered = asked || options.asFound ? null : recalled(options, signature, head);
  const chosen: ImportOptions = remembered ?? options;
  checkColumns(path, chosen.mapping ?? {}, head);
  const ranked = rankFormats(head);
  const isLoose = ranked[0] === undefined || LOOSE.includes(ranked[0].format.id);
  const guess = !isAsked(chosen) && isLoose ? guessColumns(head) : undefined;
  const format = guess && saysMore(guess) ? undefined : choose(chosen, ranked);
  if (format) {
    const mapping = mappingOf(format, chosen.mapping ?? {}, head);
    const kind = format.kindOf?.(mapping) ?? format.kind;
    return { format, mapping, kind, ranked, head, asJson, signature, remembered, guessed: null };
  }
  if (!guess || !options.guess) throw unknownColumns(path, head, guess);
  const columns = formats.get('columns');
  const kind = columns.kindOf?.(guess.mapping) ?? columns.kind;
  return {
    format: columns,
    mapping: guess.mapping,
    kind,
    ranked,
    head,
    asJson,
    signature,
    remembered: null,
    guessed: guess.similarity,
  };
}

/** Whether a guess sees answers where a loose format sees a prompt or a text alone. */
const saysMore = ({ mapping, similarity }: Guess): boolean =>
  mapping.chosen !== undefined || mapping.answer_a !== undefined || (similarity.completion ?? 0) >= PLAIN;

/** Whether the user says anything of format or columns. */
export const isAsked = ({ format, mapping = {} }: ImportOptions): boolean =>
  format !== undefined || Object.keys(mapping).length > 0;

/** A kept mapping whose format and columns are still there. */
function recalled(options: DetectOptions, signature: string, head: readonly RecordValue[]): KeptMapping | null {
  const kept = options.recall?.(signature);
  const isUsable =
    kept !== undefined &&
    formats.has(kept.format) &&
    Object.values(kept.mapping).every((c) => c === '' || head.some((r) => valueAt(r, c) !== undefined));
  return isUsable ? kept : null;
}

/** Also as tables of text write it. */
const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' ||
  value instanceof WideNumber ||
  (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));

/** Two columns of numbers, one for each answer, where the format has scores and none of its own. */
function scoresIn({ fields, mapping }: Format, head: readonly RecordValue[]): ColumnMapping {
  const isOwn = (['score_chosen', 'score_rejected'] as const).some((field) => {
    const column = mapping[field];
    return column === undefined || head.some((r) => valueAt(r, column) !== undefined);
  });
  if (isOwn || !fields.includes('score_chosen')) return {};
  const isNumbers = (column: string) => {
    const found = head.flatMap((r) => r[column] ?? []);
    return found.length > 0 && found.every(isNumeric);
  };
  const pair = SCORES.find((columns) => columns.every(isNumbers));
  return pair ? { score_chosen: pair[0], score_rejected: pair[1] } : {};
}

/** Only columns that exist are used, so that an absent "margin" is not an error; "" takes a role away from the column that the format gives it. */
function mappingOf(format: Format, corrections: ColumnMapping, head: readonly RecordValue[]): ColumnMapping {
  const own = Object.entries(format.mapping).filter(([, c]) => head.some((r) => valueAt(r, c) !== undefined));
  const corrected = { ...scoresIn(format, head), ...Object.fromEntries(own), ...corrections };
  return Object.fromEntries(Object.entries(corrected).filter(([, column]) => column !== ''));
}

async function firstRecords(path: string, leaveOut: boolean): Promise<RecordValue[]> {
  const head: RecordValue[] = [];
  const onFault = leaveOut ? () => undefined : undefined;
  for await (const { value } of readRecords(path, { onFault })) {
    head.push(value);
    if (head.length === SNIFFED) break;
  }
  return head;
}

export const columnsOf = (head: readonly RecordValue[]): string[] => [...new Set(head.flatMap((r) => Object.keys(r)))];

const signatureOf = (head: readonly RecordValue[]): string =>
  createHash('sha256')
    .update(JSON.stringify(columnsOf(head).sort()))
    .digest('hex');

/** Columns that hold text or messages wherever they occur. */
const TEXT_COLUMNS = ['prompt', 'chosen', 'rejected', 'completion', 'messages', 'conversations', 'text'];

/** A well-known column with something else in it says more than the list of columns. */
function misfit(head: readonly RecordValue[]): string {
  for (const [row, record] of head.entries()) {
    const column = TEXT_COLUMNS.find((name) => Object.hasOwn(record, name) && !isReadable(record[name]));
    if (column !== undefined)
      return `Row ${row}: "${column}" is ${kindOfValue(record[column])}; text or a list of {role, content} was expected. `;
  }
  const [first] = head;
  if (Array.isArray(first?.completions) && Array.isArray(first?.labels))
    return 'They are steps with a label each (stepwise supervision), which no method here learns from. ';
  if (first?.label !== undefined && first.label !== null && !/^(true|false|0|1)$/i.test(wholeWord(String(first.label))))
    return `Row 0: "label" is ${JSON.stringify(first.label)?.slice(0, 40)}; true or false was expected of an answer's label. `;
  return '';
}

function unknownColumns(path: string, head: readonly RecordValue[], guess: Guess | undefined): DatasetError {
  const columns = columnsOf(head).join(', ');
  const words = Object.entries(guess?.mapping ?? {}).map(([field, column]) => `--map ${field}=${column}`);
  const advice = guess
    ? `By their names they may be: ${words.join(' ')}. Say so when that is right, or map others`
    : 'Map them: --map chosen=COLUMN --map rejected=COLUMN …';
  return new DatasetError(`${path}: no known format fits its columns (${columns}). ${misfit(head)}${advice}`, {
    details: { columns: columnsOf(head), guess: guess?.mapping ?? null },
  });
}

function checkColumns(path: string, mapping: ColumnMapping, head: readonly RecordValue[]): void {
  const columns = columnsOf(head);
  for (const [field, column] of Object.entries(mapping))
    if (column !== undefined && column !== '' && head.every((r) => valueAt(r, column) === undefined))
      throw new DatasetError(
        `${path}: there is no column "${column}" for ${field}${alike(column, columns) || ';'} Columns: ${columns.join(', ')}`,
      );
}

/** A format that knows all the roles that were mapped; a mapping that none of the recognised ones knows is a table of columns. */
function choose({ format, mapping }: ImportOptions, ranked: Detection['ranked']): Format | undefined {
  if (format) return formats.get(format);
  const roles = Object.entries(mapping ?? {}).flatMap(([role, column]) =>
    column === undefined || column === '' ? [] : [role],
  );
  if (roles.length === 0) return ranked[0]?.format;
  const knows = (known: Format) => roles.every((role) => (known.fields as readonly string[]).includes(role));
  return ranked.find((r) => knows(r.format))?.format ?? formats.get('columns');
}
