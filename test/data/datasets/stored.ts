/** Rows stored for a test: a fresh workspace's database and versions made of plain objects. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundVersion } from '../../../src/main/data/datasets/find.ts';
import { requireVersion } from '../../../src/main/data/datasets/find.ts';
import { countRow, factsOf, newTally } from '../../../src/main/data/datasets/tally.ts';
import { startVersion } from '../../../src/main/data/datasets/version-writer.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import { iteratePairs, type NewPair } from '../../../src/main/data/store/pairs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';
import type { DatasetKind, StoredPair } from '../../../src/preload/contract/datasets.ts';

export function openTestStore(): { readonly store: WritableStore; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-stored-'));
  const store = openStore(join(folder, 'plumbline.db'));
  return {
    store,
    close() {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const newPair = (fields: Partial<NewPair>): NewPair => ({
  prompt: 'q',
  chosen: null,
  rejected: null,
  completion: null,
  label: null,
  tie: false,
  margin: null,
  scoreChosen: null,
  scoreRejected: null,
  annotator: null,
  metadata: {},
  provenance: { file: 'f', line: null, row: null },
  ...fields,
});

/** A version of these rows, the next one of the dataset of that name. */
export function storeRows(
  store: WritableStore,
  name: string,
  rows: readonly NewPair[],
  kind: DatasetKind = 'preference',
): FoundVersion {
  const writer = startVersion(store, { name, kind, format: 'trl', source: 's', recipe: 'imported from s' });
  const tally = newTally();
  for (const row of rows) countRow(row, tally);
  writer.add(rows);
  return requireVersion(store, writer.finish(factsOf(tally), null).id);
}

export const rowsOf = (store: WritableStore, versionId: string): StoredPair[] => [...iteratePairs(store, versionId)];
