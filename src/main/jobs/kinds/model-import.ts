/** A model from a path or from the hub into an empty folder, as a Hugging Face folder: the part of an import that takes long. */
import { join } from 'node:path';
import { z } from 'zod';
import { syncTree } from '../../data/checkpoints/atomic.ts';
import { copyModel } from '../../data/checkpoints/copy-model.ts';
import { openCheckpoint } from '../../data/checkpoints/index.ts';
import { hubSettings } from '../../data/hub/settings.ts';
import { modelSnapshot } from '../../data/hub/snapshot.ts';
import { checkModel } from '../../train/check-model.ts';
import { byteProgress } from '../byte-progress.ts';
import type { JobContext, JobKind } from '../kind.ts';

export const modelImportTask = z.object({
  source: z.union([
    z.object({ path: z.string() }),
    z.object({ hub: z.string(), revision: z.string().optional(), file: z.string().optional() }),
  ]),
  /** For formats that hold none (llama2.c). */
  tokenizer: z.string().optional(),
  /** Of the hub; the environment's when absent. Never written down. */
  token: z.string().optional(),
});
export type ModelImportTask = z.output<typeof modelImportTask>;

export const modelImport: JobKind = {
  id: 'model_import',
  async run(job, context) {
    const task = modelImportTask.parse(job.config);
    const { signal } = context;
    const source = await pathOf(task, context);
    const options = { tokenizer: task.tokenizer, signal, onProgress: byteProgress(context) };
    // 0 of 0: the download is over, the writing begins
    context.emit({ type: 'started', maxSteps: 0 });
    checkModel(openCheckpoint(source, options));
    const files = await copyModel(source, job.outputDir, options);
    syncTree(job.outputDir);
    return { files };
  },
};

async function pathOf({ source, token }: ModelImportTask, context: JobContext): Promise<string> {
  if ('path' in source) return source.path;
  const { hub, revision, file } = source;
  const settings = hubSettings(join(context.workspace.home, 'hub'));
  const snapshot = await modelSnapshot({ ...settings, token: token ?? settings.token }, hub, {
    revision,
    file,
    signal: context.signal,
    onProgress: byteProgress(context),
  });
  return file === undefined ? snapshot.folder : join(snapshot.folder, file);
}
