/** An import whose held-out part is drawn at once: the file as one dataset, its two parts as two more, or nothing at all. */
import type { ImportReport, SplitRequest } from '../../../preload/contract/datasets.ts';
import type { WritableStore } from '../store/store.ts';
import { discardVersion } from '../store/versions.ts';
import { deriveVersions } from './derive.ts';
import { requireVersion } from './find.ts';
import { type ImportJob, importFile } from './import.ts';

export async function importAndSplit(
  store: WritableStore,
  path: string,
  job: ImportJob,
  { share, seed }: SplitRequest,
): Promise<ImportReport> {
  const report = await importFile(store, path, job);
  try {
    const found = requireVersion(store, report.versionId);
    await deriveVersions(store, [found], { operation: 'split', params: { share, seed } }, { signal: job.signal });
    return report;
  } catch (error) {
    // whoever asked for both is told that nothing was imported
    discardVersion(store, report.versionId);
    throw error;
  }
}
