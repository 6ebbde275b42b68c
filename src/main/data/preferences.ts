/** Preference rows of a file in any importable format, in the file's order, as training and scoring want them. */
import { detectFormat } from './datasets/detect.ts';
import { type PreferenceExample, preferenceExample } from './examples.ts';
import { type Draft, RowFault, RowRefused } from './formats/format.ts';
import { DatasetError, readRecords, type SourceRecord } from './records.ts';

/** Formats whose columns have TRL's names: their rows are read as TRL reads them, the shared beginning of two texts included. */
const TRL_NAMES: readonly string[] = ['trl', 'trl-implicit', 'ultrafeedback', 'hh'];

export type PreferenceRow = PreferenceExample | { readonly dropped: string };

interface Reader {
  take(record: SourceRecord): readonly PreferenceRow[];
  /** Rows that need all records. */
  finish(): readonly PreferenceRow[];
}

const nothing = (): readonly PreferenceRow[] => [];

const pairsOf = (drafts: readonly Draft[]): PreferenceRow[] =>
  drafts.flatMap(({ prompt, chosen, rejected }) =>
    chosen === null || rejected === null ? [] : [{ prompt, chosen, rejected }],
  );

/** One or several rows a record; a record without a signal is `dropped`, with why. Throws DatasetError for a file that holds no pairs, and for a row that does not fit. */
export async function* readPreferences(path: string): AsyncGenerator<PreferenceRow> {
  const read = await readerOf(path);
  for await (const record of readRecords(path)) yield* read.take(record);
  yield* read.finish();
}

async function readerOf(path: string): Promise<Reader> {
  const { format, mapping, kind } = await detectFormat(path);
  if (TRL_NAMES.includes(format.id)) return { take: (record) => [preferenceExample(path, record)], finish: nothing };
  if (kind !== 'preference')
    throw new DatasetError(
      `${path}: it holds ${kind} (${format.title}); pairs of a chosen and a rejected answer were expected`,
    );
  const gathering = format.gather?.(mapping);
  if (!gathering)
    return { take: (record) => attempt(path, record, () => format.read(record.value, mapping)), finish: nothing };
  return {
    take: (record) =>
      attempt(path, record, () => {
        gathering.add(record.value, record.row);
        return [];
      }),
    finish: () => pairsOf(gathering.finish().rows.map((row) => row.draft)),
  };
}

function attempt(path: string, record: SourceRecord, body: () => readonly Draft[]): PreferenceRow[] {
  try {
    return pairsOf(body());
  } catch (error) {
    if (error instanceof RowFault)
      throw new DatasetError(`${path}:${record.line ?? ` row ${record.row}`}: ${error.message}`, {
        details: { line: record.line, field: error.field },
        cause: error,
      });
    if (error instanceof RowRefused) return [{ dropped: error.message }];
    throw error;
  }
}
