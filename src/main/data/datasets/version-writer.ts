/** Writes a new version of a dataset in batches: invisible until it is finished, gone when it is discarded or its process dies. */
import { createHash, randomUUID } from 'node:crypto';
import type { Derivation } from '../../../preload/contract/dataset-versions.ts';
import type { DatasetKind, ImportReport } from '../../../preload/contract/datasets.ts';
import { DatasetError } from '../records.ts';
import { type DatasetRow, getDatasetByName, insertDataset } from '../store/datasets.ts';
import { digest, jsonOf, metadataJson } from '../store/digests.ts';
import { insertPairs, type NewPair } from '../store/pairs.ts';
import { transaction, type WritableStore } from '../store/store.ts';
import { discardVersion, finishVersion, insertVersion, nextVersionNumber, type VersionRow } from '../store/versions.ts';
import type { factsOf } from './tally.ts';

/** Rows and characters between two commits; others may write in between. */
export const BATCH = 1000;
const BATCH_CHARS = 16 << 20;
const LONGEST_NAME = 128;

export interface NewVersion {
  /** A dataset of that name gets a next version; else it is made. */
  readonly name: string;
  readonly kind: DatasetKind;
  readonly format: string;
  readonly source: string;
  /** What made the version, for people: "imported from …", "filtered from …". */
  readonly recipe: string;
  /** How it is made from others, where it is. */
  readonly derivation?: Derivation;
}

export interface VersionWriter {
  readonly dataset: DatasetRow;
  readonly version: VersionRow;
  readonly rows: number;
  /** Keeps rows for the next batch; true when that has been written, which is the moment to let others run. */
  add(rows: readonly NewPair[]): boolean;
  flush(): void;
  /** Writes what is left and makes the version visible. */
  finish(facts: ReturnType<typeof factsOf>, report: ImportReport | null): VersionRow;
  discard(): void;
}

/** Throws DatasetError when the name cannot be one, or belongs to a dataset that holds something else. */
export function startVersion(store: WritableStore, wanted: NewVersion): VersionWriter {
  checkName(wanted.name);
  const { dataset, version } = transaction(store, () => begin(store, wanted));
  const hash = createContentHash();
  let stored = 0;
  let held = 0;
  let batch: NewPair[] = [];
  const flush = () => {
    transaction(store, () => insertPairs(store, version.id, stored, batch));
    stored += batch.length;
    batch = [];
    held = 0;
  };
  return {
    dataset,
    version,
    get rows() {
      return stored + batch.length;
    },
    add(rows) {
      for (const row of rows) held += hash.add(row);
      batch.push(...rows);
      if (batch.length < BATCH && held < BATCH_CHARS) return false;
      flush();
      return true;
    },
    flush,
    finish(facts, report) {
      flush();
      const finished = { ...version, ...facts, rows: stored, contentHash: hash.hex() };
      finishVersion(store, finished, report);
      return finished;
    },
    discard: () => discardVersion(store, version.id),
  };
}

/** What a row says, in one order whoever made the row: where it came from is not part of it. */
const contentOf = (row: NewPair): string => {
  const { prompt, chosen, rejected, completion } = jsonOf(row);
  const { label, tie, margin, scoreChosen, scoreRejected, annotator } = row;
  const beside = JSON.stringify([label, tie, margin, scoreChosen, scoreRejected, annotator]).slice(1, -1);
  return `[${prompt},${chosen},${rejected},${completion},${beside},${metadataJson(row)}]`;
};

/** The hash of all rows in their order: equal rows, equal hash. */
export function createContentHash(): { add(row: NewPair): number; hex(): string } {
  const hash = createHash('sha256');
  return {
    /** Characters of what was hashed. */
    add(row) {
      const text = contentOf(row);
      hash.update(text);
      return text.length;
    },
    hex: () => hash.digest('hex'),
  };
}

/** A row's own digest, 53 bits: rows of equal content have the same. */
export const contentDigest = (row: NewPair): number => digest(contentOf(row));

/** "name@2" means a version: a name with an @ or a line end could not be told apart. */
function checkName(name: string): void {
  const allowed = name.length <= LONGEST_NAME && /^[^\p{Cc}@/\\]+$/u.test(name) && name === name.trim();
  if (!allowed || !name.isWellFormed())
    throw new DatasetError(
      `${JSON.stringify(name)} cannot be a dataset's name: 1 to ${LONGEST_NAME} characters were expected, without @, slashes, line ends, or spaces at its ends`,
    );
}

function begin(store: WritableStore, wanted: NewVersion) {
  const { name, kind, format, source, recipe, derivation = null } = wanted;
  const createdAt = new Date().toISOString();
  const known = getDatasetByName(store, name);
  if (known && known.kind !== kind)
    throw new DatasetError(`the dataset "${name}" holds ${known.kind}; ${source} holds ${kind}. Choose another name.`);
  const dataset = known ?? { id: randomUUID(), name, kind, format, source, createdAt };
  if (!known) insertDataset(store, dataset);
  const version: VersionRow = {
    id: randomUUID(),
    datasetId: dataset.id,
    number: nextVersionNumber(store, dataset.id),
    createdAt,
    recipe,
    contentHash: '',
    rows: 0,
    prompts: 0,
    ties: 0,
    duplicates: 0,
    medianChosenChars: null,
    medianRejectedChars: null,
    longerChosenShare: null,
    derivation,
  };
  insertVersion(store, version);
  return { dataset, version };
}
