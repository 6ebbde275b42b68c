/** A next version of a dataset with further rows behind those of its newest one; the dataset is made when there is none of that name. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { DerivedVersion } from '../../../preload/contract/dataset-versions.ts';
import { DatasetError } from '../records.ts';
import { getDatasetByName } from '../store/datasets.ts';
import { iteratePairs, type NewPair } from '../store/pairs.ts';
import { transaction, type WritableStore } from '../store/store.ts';
import { listVersions, type VersionRow } from '../store/versions.ts';
import { countRow, factsOf, newTally, type Tally } from './tally.ts';
import { type NewVersion, startVersion, type VersionWriter } from './version-writer.ts';

/** Others may add to the same dataset meanwhile; then it is read again. */
const MOST_TRIES = 20;

/** Throws DatasetError when the name cannot be one, or the dataset holds something else. */
export async function appendRows(
  store: WritableStore,
  wanted: NewVersion,
  rows: readonly NewPair[],
): Promise<DerivedVersion> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const made = await tryAppend(store, wanted, rows);
    if (made) return made;
  }
  throw new DatasetError(`"${wanted.name}" changed ${MOST_TRIES} times while rows were added to it; try again`);
}

/** undefined when another version became the newest before this one was complete. */
async function tryAppend(
  store: WritableStore,
  wanted: NewVersion,
  rows: readonly NewPair[],
): Promise<DerivedVersion | undefined> {
  const from = newestOf(store, wanted.name);
  const writer = startVersion(store, wanted);
  const tally = newTally();
  try {
    if (from) for (const pair of iteratePairs(store, from.id)) await add(pair, writer, tally);
    for (const row of rows) await add(row, writer, tally);
    const { dataset, version } = writer;
    writer.flush();
    const made = transaction(store, () =>
      newestOf(store, wanted.name)?.id === from?.id ? writer.finish(factsOf(tally), null) : undefined,
    );
    if (!made) {
      writer.discard();
      return undefined;
    }
    return {
      dataset: dataset.name,
      datasetId: dataset.id,
      version: version.number,
      versionId: version.id,
      rows: writer.rows,
      prompts: tally.prompts.size,
      contentHash: made.contentHash,
    };
  } catch (error) {
    writer.discard();
    throw error;
  }
}

async function add(row: NewPair, writer: VersionWriter, tally: Tally): Promise<void> {
  countRow(row, tally);
  if (writer.add([row])) await othersTurn();
}

function newestOf(store: WritableStore, name: string): VersionRow | undefined {
  const dataset = getDatasetByName(store, name);
  return dataset && listVersions(store, dataset.id)[0];
}
