/** A prompt as the ids a model begins from. */
import { promptIds } from '../../data/batches.ts';
import type { TextOrChat } from '../../data/examples.ts';
import type { Tokenizer } from '../../data/tokenizers/tokenizer.ts';
import { GenerationError } from './work.ts';

/** At least one id: an empty text begins with the tokenizer's own first token. Throws GenerationError where there is none, TokenizerError of the chat template. */
export function beginningIds(tokenizer: Tokenizer, prompt: TextOrChat): number[] {
  const ids = promptIds(tokenizer, prompt);
  if (ids.length > 0) return ids;
  if (tokenizer.bosId === null)
    throw new GenerationError('The prompt is empty, and this model has no token to begin with. Write a prompt.');
  return [tokenizer.bosId];
}
