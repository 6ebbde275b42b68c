/** Runs a training method of the program inside the lab: files in, the trained model back. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeJsonLines } from '../../data/json-lines.ts';
import type { LanguageModel } from '../../engine/models/language-model.ts';
import { loadModel } from '../load-model.ts';
import { methods } from '../methods/index.ts';
import { runTraining } from '../run.ts';
import type { LabSetting } from './lab-method.ts';
import { labTraining } from './schedule.ts';

/** `rows` become the dataset; `options` are the method's own, added to those that all methods of the lab share. */
export async function trainByMethod(
  setting: LabSetting,
  id: string,
  rows: readonly object[],
  options: Readonly<Record<string, unknown>>,
): Promise<LanguageModel> {
  const { folder, threads, signal } = setting;
  mkdirSync(folder, { recursive: true });
  const dataset = writeJsonLines(join(folder, 'data.jsonl'), rows);
  const outputDir = join(folder, 'model');
  await runTraining(
    methods.get(id),
    { ...labTraining(setting), method: id, dataset, ...options },
    {
      run: id,
      outputDir,
      resolvePath: (path) => path,
      resume: false,
      threads,
      signal,
      onProgress: (step) => setting.onStep(step),
    },
  );
  signal.throwIfAborted();
  return loadModel(outputDir).model;
}
