/** Preference rows of a file in any importable format, in the file's order, as training and scoring want them. */
import { type PreferenceExample, preferenceExample } from './examples.ts';
import { DatasetError } from './records.ts';
import { isDropped, openTrainingFile } from './training-records.ts';

export type PreferenceRow = PreferenceExample | { readonly dropped: string };

/** One or several rows a record; a record without a signal is `dropped`, with why. Throws DatasetError for a file that holds no pairs, and for a row that does not fit. */
export async function* readPreferences(path: string): AsyncGenerator<PreferenceRow> {
  const { kind, title, records } = await openTrainingFile(path);
  if (kind !== null && kind !== 'preference')
    throw new DatasetError(
      `${path}: it holds ${kind} (${title}); pairs of a chosen and a rejected answer were expected`,
    );
  for await (const record of records())
    yield isDropped(record) ? { dropped: record.dropped } : preferenceExample(path, record);
}
