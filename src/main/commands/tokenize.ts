/** `plumb tokenize`: texts or conversations → ids, offsets and what they decode to. */

import type { ChatOptions } from '../data/tokenizers/tokenizer.ts';
import { defineCommand, UsageError } from './command.ts';
import { chatVariablesOf, conversationsOf, optionalOf, readJsonInput, stringsOf } from './input-document.ts';
import { addModelOptions, modelPath } from './model-options.ts';

interface Message {
  role: string;
  content: string;
}

export const tokenize = defineCommand({
  id: 'tokenize',
  summary: 'Turn texts or conversations into token ids, and back.',
  examples: [
    'plumb tokenize --model ./SmolLM2-135M --input texts.json',
    'plumb tokenize --tokenizer tokenizer.json --input conversations.json --json -',
  ],
  configure(command) {
    addModelOptions(command, false);
    command.requiredOption(
      '--input <file>',
      '{"texts": […], "add_special_tokens": true} or {"conversations": […]}, with "tools", "documents" and "chat_template_kwargs" of its template',
    );
  },
  async run(_args, options, context) {
    const { loadTokenizer } = await import('../data/tokenizers/index.ts');
    const { requireTokenizerPath } = await import('../train/load-model.ts');
    const { openCheckpoint } = await import('../data/checkpoints/index.ts');
    const document = readJsonInput(String(options.input));
    if (options.tokenizer === undefined && options.model === undefined)
      throw new UsageError('give --model PATH or --tokenizer FILE');
    const path = options.tokenizer
      ? String(options.tokenizer)
      : requireTokenizerPath(openCheckpoint(await modelPath(options.model, context)));
    const tokenizer = loadTokenizer(path);
    const addSpecialTokens = optionalOf(document, 'add_special_tokens', 'boolean') ?? true;
    if (document.conversations === undefined) {
      const results = stringsOf(document, 'texts').map((text) => {
        const { ids, offsets } = tokenizer.encode(text, { addSpecialTokens });
        return {
          ids,
          offsets,
          decoded: tokenizer.decode(ids),
          decoded_skip_special: tokenizer.decode(ids, { skipSpecialTokens: true }),
        };
      });
      return { results };
    }
    const template = optionalOf(document, 'chat_template', 'string');
    const addGenerationPrompt = optionalOf(document, 'add_generation_prompt', 'boolean') ?? false;
    const chat: ChatOptions = {
      addGenerationPrompt,
      continueFinalMessage: optionalOf(document, 'continue_final_message', 'boolean'),
      template,
      ...chatVariablesOf(document),
    };
    const results = conversationsOf<Message>(document).map((messages) => {
      try {
        const text = tokenizer.renderChat(messages, chat);
        return { text, ids: tokenizer.encode(text, { addSpecialTokens: false }).ids };
      } catch (error) {
        return { error: { message: error instanceof Error ? error.message : String(error) } };
      }
    });
    return { results };
  },
});
