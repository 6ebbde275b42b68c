/** A model goes out: as a folder of one of the formats, in the place that was chosen or in the workspace's exports. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ExportedModel, Input } from '../../preload/contract/index.ts';
import { makeFolder } from '../base/make-folder.ts';
import { processIsAlive } from '../base/processes.ts';
import { sweepTemporary } from '../data/checkpoints/atomic.ts';
import type { ExportedFiles } from '../jobs/kinds/model-export.ts';
import type { JobEvent } from '../jobs/messages.ts';
import { stages, type WorkExchange } from './model-import.ts';
import type { FoundModel } from './model-list.ts';
import { cardOrigin } from './model-origin.ts';
import type { HostServices } from './services.ts';
import { shownPath } from './shown-path.ts';
import { withoutPaths } from './without-path.ts';

/** The folder is there whole, or not at all. */
export async function exportFound(
  { store, workspace, files, tasks }: HostServices,
  { stored, folder }: FoundModel,
  { format, type, folderId }: Input<'models.export'>,
  exchange: WorkExchange,
): Promise<ExportedModel> {
  const parent = folderId === undefined ? join(workspace.home, 'exports') : files.get(folderId).path;
  makeFolder(parent);
  const out = freeFolder(join(parent, [stored.name, format, ...(type ? [type] : [])].join('-')));
  const notes: string[] = [];
  const onStage = stages('writing', exchange);
  const onEvent = (event: JobEvent) => {
    if (event.type === 'log') notes.push(event.line.text);
    else onStage(event);
  };
  const config = {
    path: folder,
    name: stored.name,
    format,
    type,
    ...cardOrigin(store, workspace, stored.name, folder),
  };
  const task = { kind: 'model_export', name: `export of ${stored.name}`, config, outputDir: out };
  exchange.emit({ stage: 'starting', done: 0, total: 0 });
  try {
    const names = { [out]: basename(out), [folder]: stored.name };
    const result = await withoutPaths(names, () => tasks.run(task, { signal: exchange.signal, onEvent }));
    const { fileId } = files.add(out);
    return { folder: shownPath(out), fileId, files: [...(result as ExportedFiles).files], notes };
  } finally {
    // of a process that was killed in the middle
    sweepTemporary(dirname(out), processIsAlive);
  }
}

/** A folder that is not there yet, numbered where the name is taken. */
export function freeFolder(wanted: string): string {
  if (!existsSync(wanted)) return wanted;
  for (let n = 2; ; n++) if (!existsSync(`${wanted}-${n}`)) return `${wanted}-${n}`;
}
