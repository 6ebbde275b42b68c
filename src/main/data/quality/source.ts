/** Where the rows of a report come from: the store, or files that the host laid out for a job process, which opens no database. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { QualitySettings } from '../../../preload/contract/dataset-quality.ts';
import type { DatasetKind, StoredPair } from '../../../preload/contract/datasets.ts';
import { type FoundVersion, requireVersion } from '../datasets/find.ts';
import { listDatasets } from '../store/datasets.ts';
import { iteratePairs, pairsAt } from '../store/pairs.ts';
import { type Store, StoreError } from '../store/store.ts';
import { listVersions } from '../store/versions.ts';

export type PromptRow = Pick<StoredPair, 'prompt'>;

export interface QualitySource {
  /** "helpful@2". */
  readonly name: string;
  readonly kind: DatasetKind;
  readonly count: number;
  rows(): Iterable<StoredPair>;
  rowAt(index: number): StoredPair;
  /** Versions whose prompts must not stand in this one. */
  readonly others: readonly { readonly name: string; rows(): Iterable<PromptRow> }[];
}

const nameOf = ({ dataset, version }: FoundVersion): string => `${dataset.name}@${version.number}`;

/** A row that should be there is not. */
export const rowsGone = (name: string): StoreError =>
  new StoreError('not_found', `${name} was removed while it was read`);

/** The other parts of the split that a version comes from, and those that the settings name. Throws StoreError for one that does not exist. */
function othersOf(store: Store, { version }: FoundVersion, { against }: QualitySettings): FoundVersion[] {
  const { derivation } = version;
  const siblings = listDatasets(store).flatMap(({ id }) =>
    listVersions(store, id).filter(
      (each) =>
        derivation?.operation === 'split' &&
        each.derivation?.operation === 'split' &&
        each.derivation.part !== derivation.part &&
        JSON.stringify([each.derivation.parents, each.derivation.params]) ===
          JSON.stringify([derivation.parents, derivation.params]),
    ),
  );
  const named = against.map((reference) => requireVersion(store, reference));
  const all = [...siblings.map(({ id }) => requireVersion(store, id)), ...named];
  return all.filter((each, i) => all.findIndex((other) => other.version.id === each.version.id) === i);
}

export function storedSource(store: Store, found: FoundVersion, settings: QualitySettings): QualitySource {
  const { dataset, version } = found;
  return {
    name: nameOf(found),
    kind: dataset.kind,
    count: version.rows,
    rows: () => iteratePairs(store, version.id),
    rowAt(index) {
      const [row] = pairsAt(store, version.id, [index]);
      if (row) return row;
      throw rowsGone(nameOf(found));
    },
    others: othersOf(store, found, settings).map((other) => ({
      name: nameOf(other),
      rows: () => iteratePairs(store, other.version.id),
    })),
  };
}

/** Rows between two pauses while a file is written. */
const WRITTEN = 500;

/** Rows as lines of JSON. */
export async function writeRowFile(path: string, rows: Iterable<PromptRow>, pause: () => Promise<void>): Promise<void> {
  const file = openSync(path, 'w');
  try {
    let lines: string[] = [];
    for (const row of rows) {
      if (lines.push(`${JSON.stringify(row)}\n`) < WRITTEN) continue;
      writeSync(file, lines.join(''));
      lines = [];
      await pause();
    }
    writeSync(file, lines.join(''));
  } finally {
    closeSync(file);
  }
}

const BLOCK = 1 << 20;
const LINE_END = 10;

/** Lines of a file, and a way back to each of them that was read. */
export interface RowFile<Row> {
  rows(): Generator<Row>;
  rowAt(index: number): Row;
  close(): void;
}

export function openRowFile<Row>(path: string): RowFile<Row> {
  const file = openSync(path, 'r');
  // where each line begins, and where the last one that is known ends
  const starts = [0];
  const parse = (line: Buffer): Row => JSON.parse(line.toString('utf8')) as Row;
  return {
    *rows() {
      let [rest, at, row] = [Buffer.alloc(0), 0, 0];
      for (;;) {
        const block = Buffer.alloc(BLOCK);
        const read = readSync(file, block, 0, BLOCK, at + rest.length);
        if (read === 0) return;
        const bytes = Buffer.concat([rest, block.subarray(0, read)]);
        let from = 0;
        for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
          const line = bytes.subarray(from, end);
          from = end + 1;
          starts[++row] = at + from;
          yield parse(line);
        }
        rest = bytes.subarray(from);
        at += from;
      }
    },
    rowAt(index) {
      const [start, end] = [starts[index], starts[index + 1]];
      const line = Buffer.alloc(end - start - 1);
      readSync(file, line, 0, line.length, start);
      return parse(line);
    },
    close: () => closeSync(file),
  };
}
