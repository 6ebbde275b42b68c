/** The prompt exactly as a model reads it: text after the chat template, and its tokens. */
import type { PromptReading } from '../../../../preload/contract/generations.ts';
import type { TextOrChat } from '../../../data/examples.ts';
import type { Tokenizer } from '../../../data/tokenizers/tokenizer.ts';
import { openTokenizer } from '../../../train/load-model.ts';
import { beginningIds } from '../prompt-ids.ts';
import { shownTokens } from '../shown.ts';
import type { ModelSource, Work } from '../work.ts';

export interface PromptWork {
  readonly model: ModelSource;
  readonly prompt: TextOrChat;
}

export const prompt = {
  id: 'prompt',
  async run({ model, prompt }: PromptWork): Promise<PromptReading> {
    const { tokenizer } = openTokenizer(model.path);
    return promptReading(tokenizer, prompt, beginningIds(tokenizer, prompt));
  },
} satisfies Work;

export function promptReading(tokenizer: Tokenizer, prompt: TextOrChat, ids: readonly number[]): PromptReading {
  const text = typeof prompt === 'string' ? prompt : tokenizer.renderChat(prompt, { addGenerationPrompt: true });
  return { text, tokens: shownTokens(tokenizer, ids) };
}
