/** A model as a folder of one of the export formats, all of it or nothing. */

import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { z } from 'zod';
import { exportModel, exportSource } from '../../exports/export-model.ts';
import { exportFormats } from '../../exports/index.ts';
import type { CardRun } from '../../exports/model-card.ts';
import { byteProgress, tell } from '../byte-progress.ts';
import type { JobKind } from '../kind.ts';

export const modelExportTask = z.object({
  path: z.string(),
  name: z.string(),
  format: z.string(),
  type: z.enum(['f32', 'f16', 'bf16', 'q8_0']).optional(),
  /** The record of the run that made it, for the card; written by this program. */
  run: z.custom<CardRun>().nullable(),
  base: z.string().nullable(),
  basePath: z.string().nullable(),
});
export type ModelExportTask = z.output<typeof modelExportTask>;

export interface ExportedFiles {
  /** Relative to the folder. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export const modelExport: JobKind = {
  id: 'model_export',
  async run(job, context): Promise<ExportedFiles> {
    const { path, name, format, ...options } = modelExportTask.parse(job.config);
    const files = await exportModel(exportSource(path, { name }), {
      ...options,
      format: exportFormats.get(format),
      out: job.outputDir,
      signal: context.signal,
      onProgress: byteProgress(context),
      note: (text) => tell(context, text),
    });
    return { files: files.map((file) => ({ name: relative(job.outputDir, file), bytes: statSync(file).size })) };
  },
};
