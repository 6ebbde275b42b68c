/** One training run within a cell; leaves the models of all checkpoints, and nothing else that is large. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { methods } from '../train/methods/index.ts';
import { type RunDocument, runTraining } from '../train/run.ts';
import type { CellContext } from './cell.ts';

/** `config` names models and files as `CellContext.path` reads them. Throws when the cell is to stop. */
export async function runMethod(
  method: string,
  config: Readonly<Record<string, unknown>>,
  outputDir: string,
  { path, threads, signal, breathe, onProgress }: CellContext,
): Promise<RunDocument> {
  const document = await runTraining(
    methods.get(method),
    { ...config, method },
    { run: method, outputDir, resolvePath: path, resume: false, threads, signal, onProgress, pause: breathe },
  );
  signal.throwIfAborted();
  keepModels(outputDir);
  return document;
}

/** Sampled answers and optimiser states are as large as all the rest, and nothing reads them again. */
function keepModels(outputDir: string): void {
  for (const name of readdirSync(outputDir, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.jsonl') || name.endsWith('optimizer.safetensors')) rmSync(join(outputDir, name));
}
