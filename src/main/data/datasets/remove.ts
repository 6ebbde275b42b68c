/** Takes datasets and versions out of the workspace, and says so first where runs used them. */
import type { VersionUse } from '../../../preload/contract/dataset-versions.ts';
import { getDataset, removeDataset } from '../store/datasets.ts';
import { usesOf, usesOfDataset } from '../store/run-data.ts';
import { StoreError, transaction, type WritableStore } from '../store/store.ts';
import { discardVersion, getVersion } from '../store/versions.ts';

export interface RemoveOptions {
  /** Also when finished runs used it; they keep their numbers and which version it was. */
  readonly evenIfUsed?: boolean;
}

const UNFINISHED = ['queued', 'running', 'paused'];
const TOLD = 5;

const namesOf = (uses: readonly VersionUse[]): string => {
  const names = [...new Set(uses.map(({ run }) => run))];
  return names.length > TOLD ? `${names.slice(0, TOLD).join(', ')} and ${names.length - TOLD} more` : names.join(', ');
};

/** Throws StoreError `in_use`: always for runs that are not over, for others unless the caller knows. */
function checkUses(what: string, uses: readonly VersionUse[], { evenIfUsed }: RemoveOptions): void {
  const unfinished = uses.filter(({ status }) => UNFINISHED.includes(status));
  if (unfinished.length > 0)
    throw new StoreError('in_use', `${what} is used by ${namesOf(unfinished)}, which is not over: stop it first`);
  if (uses.length > 0 && !evenIfUsed)
    throw new StoreError(
      'in_use',
      `${what} was used by ${namesOf(uses)}; their numbers stay, but their data could not be looked at any more. Remove it all the same with --even-if-used`,
    );
}

/** Throws StoreError `not_found` or `in_use`. */
export function removeWithVersions(store: WritableStore, datasetId: string, options: RemoveOptions): void {
  transaction(store, () => {
    const dataset = getDataset(store, datasetId);
    if (!dataset) throw new StoreError('not_found', 'This dataset does not exist any more.');
    checkUses(`"${dataset.name}"`, usesOfDataset(store, datasetId), options);
    removeDataset(store, datasetId);
  });
}

/** The last version takes its dataset along. Throws StoreError `not_found` or `in_use`. */
export function removeOneVersion(store: WritableStore, versionId: string, options: RemoveOptions): void {
  transaction(store, () => {
    const version = getVersion(store, versionId);
    const dataset = version && getDataset(store, version.datasetId);
    if (!version || !dataset) throw new StoreError('not_found', 'This dataset version does not exist any more.');
    checkUses(`${dataset.name}@${version.number}`, usesOf(store, versionId), options);
    discardVersion(store, versionId);
  });
}
