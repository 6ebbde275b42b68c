/** Where the rows are that a run was made with. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PinnedData } from '../../../preload/contract/dataset-versions.ts';
import { findVersion } from '../../data/datasets/find.ts';
import type { RunRecord } from '../../data/store/runs.ts';
import type { Store } from '../../data/store/store.ts';
import { InputError } from '../command.ts';

export type PinnedPlace = { readonly version: string } | { readonly file: string };

/** The version by id; where it was removed, the rows that the run kept of it. Throws InputError that names what is gone or changed. */
export function pinnedPlace(store: Store, { name, outputDir }: RunRecord, pin: PinnedData): PinnedPlace {
  const { dataset, number, versionId, contentHash } = pin;
  const pinned = `${dataset}@${number} (content ${contentHash.slice(0, 12)})`;
  const version = findVersion(store, versionId);
  if (version && version.contentHash !== contentHash)
    throw new InputError(
      `${name} was made with ${pinned}, which has other rows now (content ${version.contentHash.slice(0, 12)})`,
    );
  if (version) return { version: versionId };
  const file = join(outputDir, 'data', `${versionId}.jsonl`);
  if (existsSync(file)) return { file };
  throw new InputError(`${name} was made with ${pinned}, which was removed, and its rows are not in ${file} any more`);
}
