/** Chat templates (Jinja), rendered as transformers' apply_chat_template does. */
import { Template } from '@huggingface/jinja';
import { type ChatMessage, type ChatOptions, TokenizerError } from './tokenizer.ts';

const cache = new Map<string, Template>();

function compile(source: string): Template {
  const found = cache.get(source);
  if (found) return found;
  try {
    const template = new Template(source);
    cache.set(source, template);
    return template;
  } catch (cause) {
    throw new TokenizerError(`the chat template does not parse: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

/** Text of a conversation; `raise_exception(…)` in a template becomes an error with that message. */
export function renderTemplate(source: string, messages: readonly ChatMessage[], options: ChatOptions): string {
  try {
    return compile(source).render({
      ...options.variables,
      messages,
      add_generation_prompt: options.addGenerationPrompt,
    });
  } catch (cause) {
    if (cause instanceof TokenizerError) throw cause;
    throw new TokenizerError(`the chat template failed: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
