/** A path (or a workspace model) → weights, tokenizer and generation defaults, ready to use. */

import { openCheckpoint } from '../data/checkpoints/index.ts';
import type { ModelFolder } from '../data/checkpoints/model-folder.ts';
import { loadTokenizer } from '../data/tokenizers/index.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { type LanguageModel, loadLanguageModel } from '../engine/models/language-model.ts';

export interface LoadedModel {
  readonly folder: ModelFolder;
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  /** Tokens that end a completion: generation_config.json's, else config.json's, else the tokenizer's. */
  readonly eosIds: readonly number[];
}

/** `tokenizer` names the tokenizer file where the checkpoint has none of its own (llama2.c). */
export function loadModel(path: string, options: { tokenizer?: string } = {}): LoadedModel {
  const folder = openCheckpoint(path, options);
  const model = loadLanguageModel(folder.config, folder.tensors);
  const tokenizerPath = options.tokenizer ?? folder.tokenizerPath;
  if (!tokenizerPath) throw new Error(`${path}: it has no tokenizer; name one with --tokenizer FILE`);
  const tokenizer = loadTokenizer(tokenizerPath);
  return { folder, model, tokenizer, eosIds: endIds(folder, model, tokenizer) };
}

function endIds(folder: ModelFolder, model: LanguageModel, tokenizer: Tokenizer): number[] {
  const listed = folder.generationConfig.eos_token_id;
  if (typeof listed === 'number') return [listed];
  if (Array.isArray(listed)) return listed.filter((id): id is number => typeof id === 'number');
  if (model.config.eosIds.length > 0) return [...model.config.eosIds];
  return tokenizer.eosId === null ? [] : [tokenizer.eosId];
}
