/** From a file to a stored version: detected, previewed, streamed, reported. */
import { createHash, randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { ImportPreview, ImportReport, RefusedRow, StoredPair } from '../../../preload/contract/datasets.ts';
import type { Format, RecordValue } from '../formats/format.ts';
import { valueAt } from '../formats/format.ts';
import { formats } from '../formats/index.ts';
import { DatasetError, fileSize, readRecords } from '../records.ts';
import { getDatasetByName, insertDataset } from '../store/datasets.ts';
import { insertPairs, type NewPair } from '../store/pairs.ts';
import { transaction, type WritableStore } from '../store/store.ts';
import { discardVersion, finishVersion, insertVersion, nextVersionNumber, type VersionRow } from '../store/versions.ts';
import { columnsOf, type Detection, detectFormat, type ImportOptions } from './detect.ts';
import { countsOf, factsOf, LISTED, newTally, type Tally, take } from './tally.ts';

const PREVIEWED = 20;
/** Rows between two commits; the host serves others in between. */
const BATCH = 500;

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
  return {
    format: own ? describe(own) : { id: format.id, title: format.title, score: 1, reason: 'chosen by you' },
    alternatives: ranked.filter((r) => r.format.id !== format.id).map(describe),
    columns: columnsOf(head).map((name) => ({ name, example: exampleOf(head, name) })),
    mapping: detection.mapping,
    kind: detection.kind,
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

function begin(store: WritableStore, { format, kind }: Detection, job: ImportJob, source: string) {
  const createdAt = new Date().toISOString();
  const known = getDatasetByName(store, job.name);
  if (known && known.kind !== kind)
    throw new DatasetError(
      `the dataset "${job.name}" holds ${known.kind}; ${source} holds ${kind}. Choose another name.`,
    );
  const dataset = known ?? {
    id: randomUUID(),
    name: job.name,
    kind,
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
