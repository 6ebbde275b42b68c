/** Datasets and versions by what people call them: "name", "name@2", or an id. */
import { meant } from '../../base/registry.ts';
import { type DatasetRow, getDataset, getDatasetByName, listDatasets } from '../store/datasets.ts';
import { type Store, StoreError } from '../store/store.ts';
import { getVersion, listVersions, type VersionRow } from '../store/versions.ts';

/** A dataset version by "name" (the newest), "name@2" or a version's id. */
export function findVersion(store: Store, reference: string): VersionRow | undefined {
  const [, name, number] = /^(.*?)(?:@(\d+))?$/s.exec(reference) ?? [];
  const dataset = getDatasetByName(store, reference) ?? getDatasetByName(store, name);
  if (!dataset) return getVersion(store, reference);
  const versions = listVersions(store, dataset.id);
  if (dataset.name === reference) return versions[0];
  return versions.find((version) => version.number === Number(number));
}

export interface FoundVersion {
  readonly dataset: DatasetRow;
  readonly version: VersionRow;
}

/** As `findVersion`, with its dataset; throws StoreError `not_found` that names what there is. */
export function requireVersion(store: Store, reference: string): FoundVersion {
  const version = findVersion(store, reference);
  const dataset = version && getDataset(store, version.datasetId);
  if (version && dataset) return { dataset, version };
  const name = reference.replace(/@\d+$/, '');
  const known = getDatasetByName(store, name);
  if (known) {
    const numbers = listVersions(store, known.id).map((v) => v.number);
    throw new StoreError(
      'not_found',
      `the dataset "${name}" has no version ${reference.slice(name.length + 1)}; versions: ${numbers.join(', ')}`,
    );
  }
  throw new StoreError('not_found', `there is no dataset "${reference}"${suggestion(store, name)}`);
}

function suggestion(store: Store, name: string): string {
  const names = listDatasets(store).map((d) => d.name);
  return names.length === 0 ? '; the workspace has none yet: plumb import FILE' : meant(name, names);
}
