/** The linter on a dataset version: its pairs go over in a file, because a job process has no database. */
import { rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Input, LintReport } from '../../preload/contract/index.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { countPairs, readPairs } from '../data/store/pairs.ts';
import type { Store } from '../data/store/store.ts';
import { getVersion } from '../data/store/versions.ts';
import type { JobEvent } from '../jobs/messages.ts';
import type { FoundModel } from './model-list.ts';
import type { HostServices } from './services.ts';
import { withoutPaths } from './without-path.ts';

/** Pairs whose tokens the page gets. */
const SHOWN = 10;
/** Rows that are written at a time: between them others are served. */
const PAGE = 500;

export interface LintExchange {
  emit(progress: { done: number; total: number }): void;
  readonly signal: AbortSignal;
}

export async function lintDataset(
  { store, workspace, tasks, files }: HostServices,
  { stored, folder }: FoundModel,
  { versionId, maxLength, truncation }: Input<'models.lint'>,
  { emit, signal }: LintExchange,
): Promise<LintReport> {
  if (!getVersion(store, versionId)) throw new RpcError('not_found', 'This dataset version does not exist any more.');
  const pairs = files.uploadPath('pairs.jsonl');
  try {
    const total = await writePairs(store, versionId, pairs, signal);
    const config = { model: folder, pairs, total, maxLength, truncation, shown: SHOWN };
    const task = { kind: 'model_lint', name: `lint of ${stored.name}`, config, outputDir: workspace.home };
    const onEvent = (event: JobEvent) => {
      if (event.type === 'progress') emit({ done: event.step, total: event.maxSteps });
    };
    const names = { [folder]: stored.name, [pairs]: 'the dataset' };
    // the job says what the contract says: its answer is checked on the way out
    return (await withoutPaths(names, () => tasks.run(task, { signal, onEvent }))) as LintReport;
  } finally {
    rmSync(pairs, { force: true });
  }
}

/** How many rows were written. */
async function writePairs(store: Store, versionId: string, path: string, signal: AbortSignal): Promise<number> {
  const total = countPairs(store, versionId);
  const file = await open(path, 'w', 0o600);
  try {
    for (let offset = 0; offset < total; offset += PAGE) {
      signal.throwIfAborted();
      await writePage(file, store, versionId, offset);
      await setImmediate();
    }
  } finally {
    await file.close();
  }
  return total;
}

async function writePage(file: FileHandle, store: Store, versionId: string, offset: number): Promise<void> {
  const lines = readPairs(store, versionId, offset, PAGE).map(({ prompt, chosen, rejected, metadata }) => {
    const { tools, chat_template_kwargs } = metadata;
    // what is not there is left out: the job says that it is missing
    const answers = { chosen: chosen ?? undefined, rejected: rejected ?? undefined };
    return JSON.stringify({ prompt, ...answers, tools, chat_template_kwargs });
  });
  await file.writeFile(lines.map((line) => `${line}\n`).join(''));
}
