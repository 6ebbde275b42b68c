/** Runs a training method of the program inside the lab: files in, the trained model back. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
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
  makeFolder(folder);
  const dataset = writeJsonLines(join(folder, 'data.jsonl'), rows);
  const outputDir = join(folder, 'model');
  // a look reads the checkpoint of its step, as soon as the method lets go of it
  const waiting: { readonly step: number; readonly folder: string }[] = [];
  const look = async () => {
    for (const { step, folder: checkpoint } of waiting.splice(0)) {
      await setting.onLook(step, loadModel(checkpoint).model);
      rmSync(checkpoint, { recursive: true, force: true });
    }
  };
  await runTraining(
    methods.get(id),
    { ...labTraining(setting), ...saving(setting), method: id, dataset, ...options },
    {
      run: id,
      outputDir,
      resolvePath: (path) => path,
      resume: false,
      threads,
      signal,
      onProgress: (step) => setting.onStep(step),
      onEvent(event) {
        if (event.type === 'checkpoint' && setting.every !== undefined) waiting.push(event);
      },
      async pause() {
        await look();
        // a stop is noticed by the method itself
        await setting.breathe().catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
      },
    },
  );
  signal.throwIfAborted();
  await look();
  return loadModel(outputDir).model;
}

const saving = ({ every }: LabSetting) => (every === undefined ? {} : { save_steps: every, save_total_limit: null });
