/** Contract namespace `quality`: the report of a version, made in a process of its own and kept. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { QualitySettings } from '../../preload/contract/dataset-quality.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { makeFolder } from '../base/make-folder.ts';
import { requireVersion } from '../data/datasets/find.ts';
import { type PromptRow, type QualitySource, storedSource, writeRowFile } from '../data/quality/source.ts';
import { getQuality, rowsOfCheck, saveQuality } from '../data/store/quality.ts';
import { decodeQuality, QUALITY_JOB, type QualityJobConfig } from '../jobs/kinds/dataset-quality.ts';
import type { JobEvent } from '../jobs/messages.ts';
import { modelFolder } from '../jobs/workspace-paths.ts';
import { seldom } from './seldom.ts';
import type { Handlers, HostServices } from './services.ts';

export const qualityHandlers = (services: HostServices): Handlers<'quality'> => ({
  'quality.report': ({ versionId }) => getQuality(services.store, versionId),
  'quality.rowsOf'({ versionId, checks }) {
    const rows = new Set(checks.flatMap((check) => [...(rowsOfCheck(services.store, versionId, check) ?? [])]));
    return { rows: rows.size };
  },
  async 'quality.measure'({ versionId, settings }, { emit, signal }) {
    const { store, tasks, workspace } = services;
    const source = storedSource(store, requireVersion(store, versionId), settings);
    const modelPath = modelPathOf(services, settings);
    const folder = join(workspace.uploads, randomUUID());
    try {
      const config = await layOut(folder, source, { settings, modelPath }, signal);
      const task = { kind: QUALITY_JOB, name: QUALITY_JOB, config, outputDir: folder, threads: 1 };
      const result = await tasks.run(task, { signal, onEvent: progressOf(emit) });
      const { report, rows } = decodeQuality(result);
      saveQuality(store, versionId, report, rows);
      return report;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

function modelPathOf({ store, workspace }: HostServices, { model }: QualitySettings): string | null {
  if (model === null) return null;
  const folder = modelFolder(store, workspace, model);
  if (folder !== undefined) return folder;
  throw new RpcError('not_found', `There is no model "${model}" in the workspace: choose another tokenizer.`);
}

function* promptsOf(rows: Iterable<PromptRow>): Generator<PromptRow> {
  for (const { prompt } of rows) yield { prompt };
}

/** The rows as files: a job process cannot open the database in every Electron. */
async function layOut(
  folder: string,
  source: QualitySource,
  asked: Pick<QualityJobConfig, 'settings' | 'modelPath'>,
  signal: AbortSignal,
): Promise<QualityJobConfig> {
  const pause = async () => {
    await othersTurn();
    signal.throwIfAborted();
  };
  makeFolder(folder);
  const path = join(folder, 'rows.jsonl');
  await writeRowFile(path, source.rows(), pause);
  const others: { readonly name: string; readonly path: string }[] = [];
  for (const { name, rows } of source.others) {
    const file = join(folder, `other-${others.length}.jsonl`);
    await writeRowFile(file, promptsOf(rows()), pause);
    others.push({ name, path: file });
  }
  const { name, kind, count } = source;
  return { ...asked, name, kind, count, path, others };
}

function progressOf(emit: (event: { done: number; total: number; what: string }) => void): (event: JobEvent) => void {
  const tell = seldom(emit);
  let what = 'rows read';
  return (event) => {
    if (event.type === 'log') what = event.line.text;
    if (event.type === 'progress') tell({ done: event.step, total: event.maxSteps, what });
  };
}
