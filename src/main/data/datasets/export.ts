/** From a stored version to a file: export then import is the identity on every field the format holds. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import {
  type DatasetKind,
  mappingField,
  type StoredPair,
  type TextOrChat,
} from '../../../preload/contract/datasets.ts';
import { registry } from '../../base/registry.ts';
import { getDataset } from '../store/datasets.ts';
import { iteratePairs } from '../store/pairs.ts';
import { type Store, StoreError } from '../store/store.ts';
import { getVersion } from '../store/versions.ts';

interface Writer {
  readonly id: string;
  readonly title: string;
  /** First line, if the format has one. */
  header?(kind: DatasetKind): string;
  line(pair: StoredPair, kind: DatasetKind): string;
}

/** Source columns under these names would be read back as fields. */
const RESERVED: ReadonlySet<string> = new Set(mappingField.options);

type Convert = (value: TextOrChat, role: string) => TextOrChat;

/** The row under TRL's names; what is absent is left out. Other columns of the source stand beside the fields, as they did there. */
function fieldsOf(pair: StoredPair, convert: Convert): Record<string, unknown> {
  const answer = (value: TextOrChat | null) => (value === null ? undefined : convert(value, 'assistant'));
  const fields = {
    prompt: convert(pair.prompt, 'user'),
    chosen: answer(pair.chosen),
    rejected: answer(pair.rejected),
    completion: answer(pair.completion),
    label: pair.label ?? undefined,
    tie: pair.tie || undefined,
    margin: pair.margin ?? undefined,
    score_chosen: pair.scoreChosen ?? undefined,
    score_rejected: pair.scoreRejected ?? undefined,
    annotator: pair.annotator ?? undefined,
  };
  const others = Object.entries(pair.metadata).filter(([name]) => !RESERVED.has(name));
  return { ...fields, ...Object.fromEntries(others) };
}

const asChat: Convert = (value, role) => (typeof value === 'string' ? [{ role, content: value }] : value);

const CSV_COLUMNS: Readonly<Record<DatasetKind, readonly string[]>> = {
  preference: ['prompt', 'chosen', 'rejected', 'tie', 'margin', 'score_chosen', 'score_rejected', 'annotator'],
  unpaired: ['prompt', 'completion', 'label'],
  demonstrations: ['prompt', 'completion'],
  prompts: ['prompt'],
};

/** A conversation is its JSON; a lone empty cell is quoted, because readers take the bare line for a blank one. */
function cell(value: unknown, alone: boolean): string {
  const text = value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) || (alone && text.trim() === '') ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvLine(pair: StoredPair, kind: DatasetKind): string {
  const fields = fieldsOf(pair, (value) => value);
  const columns = CSV_COLUMNS[kind];
  return columns.map((name) => cell(fields[name], columns.length === 1)).join(',');
}

export const exportFormats = registry<Writer>('export format', [
  { id: 'trl', title: 'TRL, JSONL', line: (pair) => JSON.stringify(fieldsOf(pair, (value) => value)) },
  {
    id: 'trl-conversational',
    title: 'TRL, conversational JSONL',
    line: (pair) => JSON.stringify(fieldsOf(pair, asChat)),
  },
  { id: 'csv', title: 'CSV', header: (kind) => CSV_COLUMNS[kind].join(','), line: csvLine },
]);

/** Lines that go to the disk in one write. */
const BATCH = 500;

/** Writes a whole version; the file appears when it is complete. Returns the number of rows. */
export function exportVersion(store: Store, versionId: string, format: string, path: string): number {
  const writer = exportFormats.get(format);
  const kind = kindOf(store, versionId);
  const temporary = `${path}.part`;
  const file = openSync(temporary, 'w');
  let rows = 0;
  try {
    let lines = writer.header ? [writer.header(kind)] : [];
    const flush = () => {
      if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
      lines = [];
    };
    for (const pair of iteratePairs(store, versionId)) {
      lines.push(writer.line(pair, kind));
      rows++;
      if (lines.length >= BATCH) flush();
    }
    flush();
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  return rows;
}

function kindOf(store: Store, versionId: string): DatasetKind {
  const version = getVersion(store, versionId);
  const dataset = version && getDataset(store, version.datasetId);
  if (!dataset) throw new StoreError('not_found', `there is no dataset version ${versionId}`);
  return dataset.kind;
}
