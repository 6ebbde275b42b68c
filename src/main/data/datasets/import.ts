/** From a file to a stored version: detected, previewed, streamed, reported. */
import { basename } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { ImportPreview, ImportReport, RefusedRow, StoredPair } from '../../../preload/contract/datasets.ts';
import type { Format, RecordValue } from '../formats/format.ts';
import { valueAt } from '../formats/format.ts';
import { formats } from '../formats/index.ts';
import { parseRow } from '../records/template-json.ts';
import { DatasetError, fileSize, readRecords, whileUnchanged } from '../records.ts';
import { findMapping, forgetMapping, keepMapping } from '../store/column-mappings.ts';
import type { NewPair } from '../store/pairs.ts';
import type { WritableStore } from '../store/store.ts';
import { columnsOf, type Detection, type DetectOptions, detectFormat, type ImportOptions, isAsked } from './detect.ts';
import { countsOf, factsOf, LISTED, newTaker, newTally, type Tally } from './tally.ts';
import { BATCH, startVersion, type VersionWriter } from './version-writer.ts';

const PREVIEWED = 20;
/** Records after which others get their turn, also where none makes a row. */
const READ_AT_ONCE = 5000;

type Paths = readonly [string, ...string[]];

/** What an import would store, and what it would refuse; reads the whole file, writes nothing. Columns that no format knows are guessed. */
export async function previewImport(
  path: string,
  options: DetectOptions = {},
  sourceName = basename(path),
): Promise<ImportPreview> {
  const detection = await detectFormat(path, { ...options, guess: true });
  const tally = newTally();
  const rows = await firstRows({ path, file: sourceName, detection, tally }, options);
  return previewOf(detection, tally, rows, sourceName);
}

/** As `previewImport` for the files of one dataset; throws what `importFiles` would throw. */
export async function checkImport(
  paths: Paths,
  options: DetectOptions = {},
  signal?: AbortSignal,
): Promise<ImportPreview> {
  const first = await detectFormat(paths[0], options);
  const tally = newTally(paths.length > 1);
  const rows: StoredPair[] = [];
  for (const path of paths) {
    const detection = path === paths[0] ? first : await detectFormat(path, likeFirst(first, options));
    rows.push(...(await firstRows({ path, file: basename(path), detection, tally }, options, signal)));
    if (tally.faults.length > 0 && !options.leaveOut) throw doesNotFit(path, detection.format, tally);
  }
  if (tally.rowsAccepted === 0) throw nothingAccepted(paths[0], tally);
  return previewOf(first, tally, rows.slice(0, PREVIEWED), nameOf(paths));
}

/** The parts of a dataset are read like its first file: its format, and its columns where they were chosen by hand. */
const likeFirst = ({ format, remembered }: Detection, { mapping, leaveOut }: ImportOptions): ImportOptions => ({
  format: format.id,
  leaveOut,
  mapping: remembered?.mapping ?? mapping,
});

/** Counts all rows of a file; those that a preview shows. */
async function firstRows(
  { path, file, detection, tally }: Pick<Reading, 'path' | 'file' | 'detection' | 'tally'>,
  { leaveOut }: ImportOptions,
  signal?: AbortSignal,
): Promise<StoredPair[]> {
  const rows: StoredPair[] = [];
  const show = (pairs: readonly NewPair[]) => {
    for (const row of pairs.slice(0, PREVIEWED - rows.length)) rows.push({ ...asJson(row), index: rows.length });
  };
  const taker = newTaker(detection, file, tally);
  const onFault = leaveOut ? taker.leaveOut : undefined;
  for await (const record of readRecords(path, { signal, onFault })) {
    show(taker.take(record));
    if (tally.rowsRead % BATCH === 0) await othersTurn();
  }
  show(taker.finish());
  return rows;
}

const reasonOf = (guessed: Detection['guessed']): string =>
  guessed ? 'no known format fits; the columns are matched by their names' : 'chosen by you';

/** As it will be stored: metadata may hold values that only JSON makes plain. */
const asJson = (row: NewPair): NewPair => ({
  ...row,
  metadata: parseRow(JSON.stringify(row.metadata)) as NewPair['metadata'],
});

function previewOf(
  { format, ranked, head, asJson, mapping, kind, remembered, guessed }: Detection,
  tally: Tally,
  rows: StoredPair[],
  sourceName: string,
): ImportPreview {
  const asLists = asJson.length === 0 ? '' : `; read as conversations, which are JSON text there: ${asJson.join(', ')}`;
  const describe = ({ format: { id, title }, sniffed }: Detection['ranked'][number]) => ({
    id,
    title,
    score: sniffed.score,
    reason: `${sniffed.reason}${asLists}`,
  });
  const own = ranked.find((r) => r.format.id === format.id);
  return {
    format: own
      ? describe(own)
      : { id: format.id, title: format.title, score: 1, reason: `${reasonOf(guessed)}${asLists}` },
    alternatives: ranked.filter((r) => r.format.id !== format.id).map(describe),
    columns: columnsOf(head).map((name) => ({ name, example: exampleOf(head, name) })),
    mapping,
    guessed,
    remembered: remembered?.source ?? null,
    kind,
    rows,
    ...countsOf(tally),
    ...factsOf(tally),
    faults: tally.faults.length,
    singleTurn: tally.conversations > 0 ? tally.singleTurn : null,
    mostTurns: tally.conversations > 0 ? tally.mostTurns : null,
    fields: [...format.fields],
    formats: formats.all.map(({ id, title }) => ({ id, title })),
    suggestedName: suggestName(sourceName),
  };
}

function exampleOf(head: readonly RecordValue[], name: string): string {
  const value = head.find((r) => valueAt(r, name) !== undefined)?.[name];
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 200);
}

/** "hh-rlhf_helpful-base.jsonl.gz" → "hh-rlhf_helpful-base". */
export const suggestName = (file: string): string =>
  basename(file)
    .replace(/(\.(jsonl?|ndjson|csv|tsv|parquet|arrow|arrows|feather|ipc|xlsx|gz|zst))+$/i, '')
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 64) || 'dataset';

export interface ImportJob extends ImportOptions {
  readonly name: string;
  /** Name shown as the origin; the path itself stays out of the database. */
  readonly sourceName?: string;
  readonly recipe?: string;
  /** Whether what is chosen by hand is kept for the next file (default). */
  readonly remember?: boolean;
  onProgress?(progress: { bytesRead: number; bytesTotal: number; rows: number }): void;
  readonly signal?: AbortSignal;
}

/** Stores a file as a dataset, or as the next version of the dataset of that name. All of it or nothing, also after a kill: an unfinished version is invisible, and removed at the next start. */
export const importFile = (store: WritableStore, path: string, job: ImportJob): Promise<ImportReport> =>
  importFiles(store, [path], job);

/** Stores files as one version, one after the other: parts of one dataset, in the format of the first. */
export async function importFiles(store: WritableStore, paths: Paths, job: ImportJob): Promise<ImportReport> {
  const first = await detectFormat(paths[0], { ...job, recall: (signature) => findMapping(store, signature) });
  const source = job.sourceName ?? nameOf(paths);
  const bytesTotal = paths.reduce((sum, path) => sum + fileSize(path), 0);
  const writer = startVersion(store, {
    name: job.name,
    kind: first.kind,
    format: first.format.id,
    source,
    recipe: job.recipe ?? `imported from ${source}`,
  });
  try {
    const tally = newTally(paths.length > 1);
    let bytesBefore = 0;
    for (const path of paths) {
      const file = paths.length === 1 ? source : basename(path);
      await whileUnchanged(path, async () => {
        const detection = path === paths[0] ? first : await detectFormat(path, likeFirst(first, job));
        await copyRows(writer, { path, file, detection, bytesBefore, bytesTotal, tally }, job);
      });
      bytesBefore += fileSize(path);
    }
    const { dataset, version } = writer;
    const ids = { dataset: dataset.name, datasetId: dataset.id, version: version.number, versionId: version.id };
    const report: ImportReport = {
      ...ids,
      format: first.format.id,
      prompts: tally.prompts.size,
      ...countsOf(tally),
    };
    if (tally.rowsAccepted === 0) throw nothingAccepted(paths[0], tally);
    writer.finish(factsOf(tally), report);
    remember(store, first, job, source);
    return report;
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** Keeps what the user chose for the next file with these columns; what was kept goes when they wanted the file as it is found. */
function remember(store: WritableStore, first: Detection, job: ImportJob, source: string): void {
  const { signature, format, remembered } = first;
  if (job.remember === false) {
    if (remembered) forgetMapping(store, signature);
  } else if (isAsked(job)) keepMapping(store, { signature, format: format.id, mapping: job.mapping ?? {}, source });
  else if (job.asFound) forgetMapping(store, signature);
}

const nameOf = ([first, ...others]: Paths): string =>
  others.length === 0 ? basename(first) : `${basename(first)} and ${others.length} more`;

interface Reading {
  readonly path: string;
  /** The file's name in the provenance of its rows. */
  readonly file: string;
  readonly detection: Detection;
  /** Of the files that were read before. */
  readonly bytesBefore: number;
  readonly bytesTotal: number;
  readonly tally: Tally;
}

/** Batches are committed as they come, so that the host can write other things meanwhile. */
async function copyRows(writer: VersionWriter, reading: Reading, job: ImportJob): Promise<void> {
  const { path, file, detection, bytesBefore, bytesTotal, tally } = reading;
  let bytesRead = bytesBefore;
  const onBytes = (n: number) => {
    bytesRead = bytesBefore + n;
  };
  const tell = () => job.onProgress?.({ bytesRead, bytesTotal, rows: tally.rowsRead });
  const taker = newTaker(detection, file, tally);
  const stops = !job.leaveOut;
  const onFault = stops ? undefined : taker.leaveOut;
  for await (const record of readRecords(path, { signal: job.signal, onBytes, onFault })) {
    const written = writer.add(taker.take(record));
    if (stops && tally.faults.length >= LISTED) break;
    if (!written && tally.rowsRead % READ_AT_ONCE !== 0) continue;
    tell();
    await othersTurn();
  }
  const gathered = stops && tally.faults.length > 0 ? [] : taker.finish();
  for (let from = 0; from < gathered.length; from += BATCH)
    if (writer.add(gathered.slice(from, from + BATCH))) await othersTurn();
  if (stops && tally.faults.length > 0) throw doesNotFit(path, detection.format, tally);
  tell();
}

const FAULTS_TOLD = 5;

/** Every fault is in the details; the message tells the first ones. */
function doesNotFit(path: string, format: Format, { faults, rowsRead }: Tally): DatasetError {
  const [{ line, row, field }] = faults;
  const told = faults.slice(0, FAULTS_TOLD).map((f, i) => (i === 0 ? f.reason : `${placeOf(f)}: ${f.reason}`));
  const more = faults.length > FAULTS_TOLD ? `; and ${faults.length - FAULTS_TOLD} more` : '';
  const rows = `${faults.length} of the ${rowsRead} rows read ${faults.length === 1 ? 'does' : 'do'} not fit`;
  return new DatasetError(
    `${path}:${line ?? ` row ${row}`}: ${told.join('; ')}${more}. ${rows} the format "${format.title}", recognised from the first rows; nothing was imported`,
    { details: { line, field, faults } },
  );
}

const placeOf = ({ line, row }: RefusedRow): string => (line === null ? `row ${row}` : `line ${line}`);

function nothingAccepted(path: string, { rowsRead, refused }: Tally): DatasetError {
  const [first] = refused;
  const why = first ? `First: ${placeOf(first)}: ${first.reason}` : 'It holds no rows';
  return new DatasetError(`${path}: none of its ${rowsRead} rows can be used. ${why}`, { details: { refused } });
}
