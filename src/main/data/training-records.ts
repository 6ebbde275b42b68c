/**
 * Rows of a file as training reads them: files under TRL's own names as they are, by TRL's rules; every other format that an import
 * knows by the same readers, so that a raw file and the dataset made of it hold the same rows.
 */
import type { DatasetKind } from '../../preload/contract/datasets.ts';
import { type Detection, detectFormat } from './datasets/detect.ts';
import { withConversations } from './datasets/json-conversations.ts';
import { type Draft, isConversation, isRecord, type RecordValue, RowFault, RowRefused } from './formats/format.ts';
import { DatasetError, readRecords, type SourceRecord } from './records.ts';

/** Formats whose columns have TRL's names. */
const TRL_NAMES: readonly string[] = [
  ...['trl', 'trl-implicit', 'ultrafeedback', 'hh', 'kto', 'prompt-completion', 'prompts'],
  ...['text', 'messages', 'sharegpt'],
];

/** A record under TRL's names, or why it gives no row. */
export type TrainingRecord = SourceRecord | (Pick<SourceRecord, 'row'> & { readonly dropped: string });

export const isDropped = (record: TrainingRecord): record is Extract<TrainingRecord, { dropped: string }> =>
  'dropped' in record;

export interface TrainingFile {
  /** What its rows are; null where only TRL's names are known of it. */
  readonly kind: DatasetKind | null;
  readonly title: string;
  records(): AsyncGenerator<TrainingRecord>;
}

export interface TrainingOptions {
  /** Column of plain texts. */
  readonly textField?: string;
  /** A file that no format fits is read as it is, instead of being an error. */
  readonly lenient?: boolean;
}

/** What is in a file, and its rows. Throws DatasetError for a file that neither training nor an import can read, and for a row that does not fit. */
export async function openTrainingFile(path: string, options: TrainingOptions = {}): Promise<TrainingFile> {
  const asItIs = { kind: null, title: 'TRL', records: () => readRecords(path) };
  const { textField = 'text', lenient = false } = options;
  let found: Detection;
  try {
    found = await detectFormat(path);
  } catch (error) {
    if (!(error instanceof DatasetError) || !isUnknown(error)) throw error;
    if (lenient || (await hasColumn(path, [textField, ...TRL_COLUMNS]))) return asItIs;
    throw new DatasetError(`${error.message}; plumb import does so, and "dataset" takes the name of what it made`, {
      cause: error,
      details: error.details,
    });
  }
  const { format, kind, head, asJson } = found;
  const isNative = TRL_NAMES.includes(format.id) && asJson.length === 0 && head.every(isUnderTrlNames);
  // a column of texts that the config names is no guess
  const isNamed = textField !== 'text' && head.every((record) => typeof record[textField] === 'string');
  if (isNative || isNamed) return { ...asItIs, kind, title: format.title };
  return { kind, title: format.title, records: () => throughFormat(path, found) };
}

/** All records of a file; options and errors as of `openTrainingFile`. */
export async function* trainingRecords(path: string, options?: TrainingOptions): AsyncGenerator<TrainingRecord> {
  yield* (await openTrainingFile(path, options)).records();
}

const TRL_COLUMNS = ['prompt', 'chosen', 'completion', 'messages', 'conversations'];

/** The error that lists the columns. */
const isUnknown = ({ details }: DatasetError): boolean => isRecord(details) && Array.isArray(details.columns);

async function hasColumn(path: string, names: readonly string[]): Promise<boolean> {
  for await (const { value } of readRecords(path)) return names.some((name) => value[name] !== undefined);
  return false;
}

const isPlainChat = (value: unknown): boolean => isConversation(value);

/** Texts that belong together are all texts or all conversations; then TRL's rules can be kept. */
function isUnderTrlNames(record: RecordValue): boolean {
  const texts = ['prompt', 'chosen', 'rejected', 'completion'].flatMap((name) =>
    record[name] === undefined ? [] : [record[name]],
  );
  if (texts.length > 0) return texts.every((text) => typeof text === 'string') || texts.every(isPlainChat);
  if (Array.isArray(record.messages)) return isPlainChat(record.messages);
  if (record.conversations !== undefined) return Array.isArray(record.conversations);
  return true;
}

async function* throughFormat(path: string, { format, mapping, asJson }: Detection): AsyncGenerator<TrainingRecord> {
  const gathering = format.gather?.(mapping);
  const places: SourceRecord[] = [];
  for await (const record of readRecords(path)) {
    yield* attempt(path, record, () => {
      const value = withConversations(record.value, asJson);
      if (!gathering) return format.read(value, mapping).map((draft) => recordOf(draft, record));
      gathering.add(value, places.length);
      places.push({ ...record, value: {} });
      return [];
    });
  }
  for (const { draft, place } of gathering?.finish().rows ?? []) yield recordOf(draft, places[place]);
}

/** What stands in a row besides its texts that a chat template reads. */
const OF_TEMPLATES = ['tools', 'chat_template_kwargs'];

function recordOf(draft: Draft, { line, row }: SourceRecord): SourceRecord {
  const { prompt, chosen, rejected, completion, label, tie, margin, metadata } = draft;
  const beside = OF_TEMPLATES.map((name) => [name, metadata[name]] as const);
  const fields = { prompt, chosen, rejected, completion, label, tie: tie || null, margin };
  const there = [...Object.entries(fields), ...beside].filter(([, value]) => value !== null && value !== undefined);
  return { value: Object.fromEntries(there), line, row };
}

function attempt(path: string, record: SourceRecord, body: () => readonly SourceRecord[]): readonly TrainingRecord[] {
  try {
    return body();
  } catch (error) {
    if (error instanceof RowFault)
      throw new DatasetError(`${path}:${record.line ?? ` row ${record.row}`}: ${error.message}`, {
        details: { line: record.line, field: error.field },
        cause: error,
      });
    if (error instanceof RowRefused) return [{ dropped: error.message, row: record.row }];
    throw error;
  }
}
