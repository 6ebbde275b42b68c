/** What a path in a run's config stands for: a model or a dataset of the workspace, or a file. */
import { existsSync, mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { getModelByName } from '../data/store/models.ts';
import { openReadable } from '../data/store/open.ts';
import type { Store } from '../data/store/store.ts';
import type { JobWorkspace } from './messages.ts';

/** Returns a function from a name or path to an absolute path; a dataset of the workspace is written out once, beside the run. */
export function workspacePaths(workspace: JobWorkspace, outputDir: string): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const found = known.get(name) ?? resolveOne(workspace, outputDir, name);
    known.set(name, found);
    return found;
  };
}

function resolveOne(workspace: JobWorkspace, outputDir: string, name: string): string {
  if (isAbsolute(name)) return name;
  const store = existsSync(workspace.database) ? openReadable(workspace.database) : undefined;
  try {
    return (
      (store && (modelFolder(store, workspace, name) ?? datasetFile(store, outputDir, name))) ??
      join(workspace.models, name)
    );
  } finally {
    store?.close();
  }
}

function modelFolder(store: Store, workspace: JobWorkspace, name: string): string | undefined {
  const model = getModelByName(store, name);
  return model && join(workspace.models, model.folder);
}

function datasetFile(_store: Store, outputDir: string, _name: string): string | undefined {
  mkdirSync(outputDir, { recursive: true });
  return undefined;
}
