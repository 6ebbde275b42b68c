/** From a file to a stored version: detected, previewed, streamed, reported. */
import { createHash, randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type {
  ColumnMapping,
  ImportPreview,
  ImportReport,
  RefusedRow,
  StoredPair,
} from '../../../preload/contract/datasets.ts';
import { nearest } from '../../base/registry.ts';
import { type Format, type RecordValue, RowFault, RowRefused, valueAt } from '../formats/format.ts';
import { formats, rankFormats } from '../formats/index.ts';
import { IdenticalPair } from '../formats/preference-pair.ts';
import { DatasetError, fileSize, readRecords, type SourceRecord } from '../records.ts';
import { getDatasetByName, insertDataset } from '../store/datasets.ts';
import { insertPairs, type NewPair } from '../store/pairs.ts';
import { transaction, type WritableStore } from '../store/store.ts';
import { discardVersion, finishVersion, insertVersion, nextVersionNumber, type VersionRow } from '../store/versions.ts';

/** Records that decide the format. */
const SNIFFED = 50;
const PREVIEWED = 20;
/** Refused rows that are listed; the rest is counted. */
const LISTED = 200;
/** Rows between two commits; the host serves others in between. */
const BATCH = 500;

export interface Detection {
  readonly format: Format;
  readonly mapping: ColumnMapping;
  readonly ranked: ReturnType<typeof rankFormats>;
  readonly head: readonly RecordValue[];
}

export interface ImportOptions {
  readonly format?: string;
  readonly mapping?: ColumnMapping;
}

/** Format and mapping of a file: what the user chose, else what its first rows look like. */
export async function detectFormat(path: string, options: ImportOptions = {}): Promise<Detection> {
  const head: RecordValue[] = [];
  for await (const { value } of readRecords(path)) {
    head.push(value);
    if (head.length === SNIFFED) break;
  }
  const ranked = rankFormats(head);
  const columns = [...new Set(head.flatMap((r) => Object.keys(r)))];
  const format = options.format ? formats.get(options.format) : (ranked[0]?.format ?? byMapping(options.mapping));
  if (!format)
    throw new DatasetError(
      `${path}: no known format fits its columns (${columns.join(', ')}). Map them: --map chosen=COLUMN --map rejected=COLUMN …`,
    );
  for (const [field, column] of Object.entries(options.mapping ?? {}))
    if (column !== undefined && head.every((r) => valueAt(r, column) === undefined))
      throw new DatasetError(
        `${path}: there is no column "${column}" for ${field}; did you mean "${nearest(column, columns)}"? Columns: ${columns.join(', ')}`,
      );
  // only columns that exist are used, so that an absent "margin" is not an error
  const own = Object.fromEntries(
    Object.entries(format.mapping).filter(([, c]) => head.some((r) => valueAt(r, String(c)) !== undefined)),
  );
  return { format, mapping: { ...own, ...options.mapping }, ranked, head };
}

/** The format a hand-made mapping asks for. */
function byMapping(mapping: ColumnMapping | undefined): Format | undefined {
  if (!mapping) return undefined;
  if (mapping.chosen && mapping.rejected) return formats.get(mapping.prompt ? 'trl' : 'trl-implicit');
  if (mapping.completion && mapping.label) return formats.get('kto');
  if (mapping.completion) return formats.get('prompt-completion');
  return mapping.text ? formats.get('text') : undefined;
}

interface Fault extends RefusedRow {
  readonly field: string;
}

interface Tally {
  rowsRead: number;
  rowsAccepted: number;
  pairs: number;
  unpaired: number;
  ties: number;
  duplicates: number;
  identical: number;
  refusedTotal: number;
  readonly refused: RefusedRow[];
  /** Rows that do not fit the format at all; one is enough to stop an import. */
  readonly faults: Fault[];
  readonly prompts: Set<string>;
  readonly seen: Set<string>;
  readonly chosenChars: number[];
  readonly rejectedChars: number[];
  longerChosen: number;
  longerRejected: number;
}

const newTally = (): Tally => ({
  rowsRead: 0,
  rowsAccepted: 0,
  pairs: 0,
  unpaired: 0,
  ties: 0,
  duplicates: 0,
  identical: 0,
  refusedTotal: 0,
  refused: [],
  faults: [],
  prompts: new Set(),
  seen: new Set(),
  chosenChars: [],
  rejectedChars: [],
  longerChosen: 0,
  longerRejected: 0,
});

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64').slice(0, 22);
const charsOf = (value: unknown): number =>
  typeof value === 'string'
    ? value.length
    : Array.isArray(value)
      ? value.reduce((n, m) => n + String(m.content).length, 0)
      : 0;

/** Reads one record into rows and counts it; refused ones are listed with their place. */
function take(record: SourceRecord, { format, mapping }: Detection, file: string, tally: Tally): NewPair[] {
  tally.rowsRead++;
  try {
    const rows = format
      .read(record.value, mapping)
      .map((d) => ({ ...d, provenance: { file, line: record.line, row: record.row } }));
    tally.rowsAccepted++;
    for (const row of rows) count(row, tally);
    return rows;
  } catch (error) {
    if (!(error instanceof RowRefused)) throw error;
    tally.refusedTotal++;
    if (error instanceof IdenticalPair) tally.identical++;
    const refusal = { line: record.line, row: record.row, reason: error.message };
    if (tally.refused.length < LISTED) tally.refused.push(refusal);
    if (error instanceof RowFault && tally.faults.length < LISTED)
      tally.faults.push({ ...refusal, field: error.field });
    return [];
  }
}

function count(row: NewPair, tally: Tally): void {
  tally.prompts.add(digest(row.prompt));
  const key = digest([row.prompt, row.chosen, row.rejected, row.completion, row.label]);
  if (tally.seen.has(key)) tally.duplicates++;
  tally.seen.add(key);
  if (row.tie) tally.ties++;
  if (row.chosen === null) {
    tally.unpaired++;
    return;
  }
  tally.pairs++;
  const [chosen, rejected] = [charsOf(row.chosen), charsOf(row.rejected)];
  tally.chosenChars.push(chosen);
  tally.rejectedChars.push(rejected);
  if (chosen > rejected) tally.longerChosen++;
  else if (chosen < rejected) tally.longerRejected++;
}

/** What an import would store; reads the whole file, writes nothing. */
export async function previewImport(
  path: string,
  options: ImportOptions = {},
  sourceName = basename(path),
): Promise<ImportPreview> {
  const detection = await detectFormat(path, options);
  const tally = newTally();
  const rows: StoredPair[] = [];
  for await (const record of readRecords(path)) {
    for (const row of take(record, detection, sourceName, tally))
      if (rows.length < PREVIEWED) rows.push({ ...row, index: rows.length });
    if (tally.rowsRead % BATCH === 0) await othersTurn();
  }
  const describe = ({ format, sniffed }: Detection['ranked'][number]) => ({
    id: format.id,
    title: format.title,
    ...sniffed,
  });
  const { format, ranked, head } = detection;
  const own = ranked.find((r) => r.format.id === format.id);
  const columns = [...new Set(head.flatMap((r) => Object.keys(r)))];
  return {
    format: own ? describe(own) : { id: format.id, title: format.title, score: 1, reason: 'chosen by you' },
    alternatives: ranked.filter((r) => r.format.id !== format.id).map(describe),
    columns: columns.map((name) => ({ name, example: exampleOf(head, name) })),
    mapping: detection.mapping,
    kind: format.kind,
    rows,
    ...countsOf(tally),
    suggestedName: suggestName(sourceName),
  };
}

const countsOf = (t: Tally) => ({
  rowsRead: t.rowsRead,
  rowsAccepted: t.rowsAccepted,
  pairs: t.pairs,
  unpaired: t.unpaired,
  ties: t.ties,
  duplicates: t.duplicates,
  identical: t.identical,
  refusedTotal: t.refusedTotal,
  refused: t.refused,
});

function exampleOf(head: readonly RecordValue[], name: string): string {
  const value = head.find((r) => valueAt(r, name) !== undefined)?.[name];
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 200);
}

/** "hh-rlhf_helpful-base.jsonl.gz" → "hh-rlhf_helpful-base". */
export const suggestName = (file: string): string =>
  basename(file)
    .replace(/(\.(jsonl?|ndjson|csv|tsv|gz|zst))+$/i, '')
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 64) || 'dataset';

export interface ImportJob extends ImportOptions {
  readonly name: string;
  /** Name shown as the origin; the path itself stays out of the database. */
  readonly sourceName?: string;
  readonly recipe?: string;
  onProgress?(progress: { bytesRead: number; bytesTotal: number; rows: number }): void;
  readonly signal?: AbortSignal;
}

/** Stores a file as a dataset, or as the next version of the dataset of that name. All of it or nothing, also after a kill: an unfinished version is invisible, and removed at the next start. */
export async function importFile(store: WritableStore, path: string, job: ImportJob): Promise<ImportReport> {
  const detection = await detectFormat(path, job);
  const source = job.sourceName ?? basename(path);
  const bytesTotal = fileSize(path);
  let bytesRead = 0;
  const tally = newTally();
  const hash = createHash('sha256');
  let stored = 0;
  let batch: NewPair[] = [];
  const { dataset, version } = transaction(store, () => begin(store, detection, job, source));
  try {
    // batches are committed as they come, so that the host can write other things meanwhile; nobody sees the version before it is finished
    const flush = () => {
      transaction(store, () => insertPairs(store, version.id, stored, batch));
      for (const { provenance: _where, ...content } of batch) hash.update(JSON.stringify(content));
      stored += batch.length;
      batch = [];
      job.onProgress?.({ bytesRead, bytesTotal, rows: tally.rowsRead });
    };
    const onBytes = (n: number) => {
      bytesRead = n;
    };
    for await (const record of readRecords(path, { signal: job.signal, onBytes })) {
      batch.push(...take(record, detection, source, tally));
      if (tally.faults.length >= LISTED) break;
      if (batch.length < BATCH) continue;
      flush();
      await othersTurn();
    }
    if (tally.faults.length > 0) throw doesNotFit(path, detection.format, tally);
    flush();
    if (tally.rowsAccepted === 0)
      throw new DatasetError(nothingAccepted(path, tally), { details: { refused: tally.refused } });
    const report: ImportReport = {
      dataset: dataset.name,
      datasetId: dataset.id,
      version: version.number,
      versionId: version.id,
      format: detection.format.id,
      prompts: tally.prompts.size,
      ...countsOf(tally),
    };
    finishVersion(store, { ...version, ...factsOf(tally), rows: stored, contentHash: hash.digest('hex') }, report);
    return report;
  } catch (error) {
    discardVersion(store, version.id);
    throw error;
  }
}

const FAULTS_TOLD = 5;

/** Every fault is in the details; the message tells the first ones. */
function doesNotFit(path: string, format: Format, { faults, rowsRead }: Tally): DatasetError {
  const [{ line, row, field }] = faults;
  const told = faults.slice(0, FAULTS_TOLD).map((f, i) => (i === 0 ? f.reason : `${placeOf(f)}: ${f.reason}`));
  const more = faults.length > FAULTS_TOLD ? `; and ${faults.length - FAULTS_TOLD} more` : '';
  const rows = `${faults.length} of the ${rowsRead} rows read ${faults.length === 1 ? 'does' : 'do'} not fit`;
  return new DatasetError(
    `${path}:${line ?? row}: ${told.join('; ')}${more}. ${rows} the format "${format.title}", recognised from the first rows; nothing was imported`,
    { details: { line, field, faults } },
  );
}

const placeOf = ({ line, row }: RefusedRow): string => (line === null ? `row ${row}` : `line ${line}`);

function nothingAccepted(path: string, { rowsRead, refused }: Tally): string {
  const [first] = refused;
  const why = first ? `First: ${placeOf(first)}: ${first.reason}` : 'It holds no rows';
  return `${path}: none of its ${rowsRead} rows can be used. ${why}`;
}

function begin(store: WritableStore, { format }: Detection, job: ImportJob, source: string) {
  const createdAt = new Date().toISOString();
  const known = getDatasetByName(store, job.name);
  if (known && known.kind !== format.kind)
    throw new DatasetError(
      `the dataset "${job.name}" holds ${known.kind}; ${source} holds ${format.kind}. Choose another name.`,
    );
  const dataset = known ?? {
    id: randomUUID(),
    name: job.name,
    kind: format.kind,
    format: format.id,
    source,
    createdAt,
  };
  if (!known) insertDataset(store, dataset);
  const version: VersionRow = {
    id: randomUUID(),
    datasetId: dataset.id,
    number: nextVersionNumber(store, dataset.id),
    createdAt,
    recipe: job.recipe ?? `imported from ${source}`,
    contentHash: '',
    rows: 0,
    prompts: 0,
    ties: 0,
    duplicates: 0,
    medianChosenChars: null,
    medianRejectedChars: null,
    longerChosenShare: null,
  };
  insertVersion(store, version);
  return { dataset, version };
}

function factsOf(tally: Tally) {
  const decided = tally.longerChosen + tally.longerRejected;
  return {
    prompts: tally.prompts.size,
    ties: tally.ties,
    duplicates: tally.duplicates,
    medianChosenChars: median(tally.chosenChars),
    medianRejectedChars: median(tally.rejectedChars),
    longerChosenShare: decided === 0 ? null : tally.longerChosen / decided,
  };
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
