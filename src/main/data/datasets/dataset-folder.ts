/** Folders that Hugging Face's `datasets` leaves (`save_to_disk`): which of their files hold the rows. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../formats/format.ts';
import { parseJson } from '../records/json-text.ts';
import { DatasetError } from '../records.ts';

/** The path itself where it is a file; the Arrow files of a saved dataset, in its order. Throws DatasetError for a folder that is none, or holds several splits. */
export function filesAt(path: string): readonly string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const state = join(path, 'state.json');
  if (existsSync(state)) return arrowFiles(path, state);
  if (existsSync(join(path, 'dataset_dict.json'))) {
    const splits = readdirSync(path).filter((name) => existsSync(join(path, name, 'state.json')));
    throw new DatasetError(
      `${path} holds several splits; name the one to read: ${splits.map((split) => join(path, split)).join(' or ')}`,
    );
  }
  throw new DatasetError(
    `${path} is a folder; expected a file, or a folder of save_to_disk (there is no state.json in it)`,
  );
}

/** `state.json` lists the files; rows that were selected by an index beside them would come wrong without it. */
function arrowFiles(path: string, statePath: string): readonly string[] {
  const state = parseJson(readFileSync(statePath, 'utf8'), statePath, { file: statePath });
  const listed = isRecord(state) && Array.isArray(state._data_files) ? state._data_files : [];
  const names = listed.flatMap((entry: unknown) =>
    isRecord(entry) && typeof entry.filename === 'string' ? [entry.filename] : [],
  );
  const escaping = names.find((name) => name.includes('/') || name.includes('\\'));
  if (names.length === 0 || escaping !== undefined)
    throw new DatasetError(
      `${statePath}: a list of Arrow files in "_data_files" was expected, found ${JSON.stringify(escaping ?? null)}`,
    );
  const indices = isRecord(state) ? state._indices_data_files : undefined;
  if (Array.isArray(indices) && indices.length > 0)
    throw new DatasetError(
      `${path}: its rows are picked by an index beside them, which is not read; call flatten_indices() before save_to_disk`,
    );
  return names.map((name) => join(path, name));
}
