/** Whether the model in a folder scores or predicts tokens: from its config.json, and where that does not say from the names of its tensors. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isAdapterFolder } from '../data/checkpoints/adapter-folder.ts';
import { readJsonObject, readModelFolder } from '../data/checkpoints/huggingface.ts';
import type { LanguageModel } from '../engine/models/language-model.ts';
import { headOf } from '../engine/models/score-head.ts';

/** Reads small files and headers only. Throws CheckpointError for a config.json that is none. */
export function headIn(folder: string): LanguageModel['head'] {
  const path = join(folder, 'config.json');
  return existsSync(path) ? headOf(readJsonObject(path), () => tensorNames(folder)) : 'language';
}

function tensorNames(folder: string): string[] {
  if (isAdapterFolder(folder)) return [];
  try {
    return readModelFolder(folder).tensors.names();
  } catch {
    // damaged weights are told of by whoever opens the model
    return [];
  }
}
