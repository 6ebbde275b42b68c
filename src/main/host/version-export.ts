/** A dataset version goes out: as a folder of one of the formats, in the place that was chosen or in the workspace's exports. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { ExportChoice, ExportedVersion, Input } from '../../preload/contract/index.ts';
import { makeFolder } from '../base/make-folder.ts';
import { createFolderAtomic } from '../data/checkpoints/atomic.ts';
import { type ExportResult, exportIntoFolder } from '../data/datasets/export.ts';
import { exportFormats } from '../data/datasets/export-formats/index.ts';
import { requireVersion } from '../data/datasets/find.ts';
import { freeFolder } from './model-export.ts';
import type { HostServices } from './services.ts';
import { shownPath } from './shown-path.ts';

export function formatsOf({ store }: Pick<HostServices, 'store'>, versionId: string): ExportChoice[] {
  const { kind } = requireVersion(store, versionId).dataset;
  return exportFormats.all
    .filter(({ kinds }) => kinds.includes(kind))
    .map(({ id, title, extension }) => ({ format: id, title, extension }));
}

export interface ExportExchange {
  tell(done: number, total: number): void;
  readonly signal: AbortSignal;
}

/** The folder is there whole, or not at all. */
export async function exportFoundVersion(
  { store, workspace, files }: HostServices,
  { versionId, format, folderId }: Input<'versions.export'>,
  { tell, signal }: ExportExchange,
): Promise<ExportedVersion> {
  const { dataset, version } = requireVersion(store, versionId);
  const parent = folderId === undefined ? join(workspace.home, 'exports') : files.get(folderId).path;
  makeFolder(parent);
  const name = `${dataset.name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '-')}-v${version.number}`;
  const out = freeFolder(join(parent, `${name}-${exportFormats.get(format).id}`));
  const pause = async (done: number, total: number) => {
    tell(done, total);
    await othersTurn();
    signal.throwIfAborted();
  };
  const results: ExportResult[] = [];
  await createFolderAtomic(out, async (folder) => {
    results.push(await exportIntoFolder(store, { versionId, format, folder, name }, { pause }));
  });
  const [{ rows, leftOut }] = results;
  const { fileId } = files.add(out);
  const written = readdirSync(out).map((file) => files.add(join(out, file)));
  return { folder: shownPath(out), fileId, files: written, rows, leftOut };
}
