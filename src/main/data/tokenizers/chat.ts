/** Chat templates (Jinja), rendered as transformers' apply_chat_template does. */
import { compileTemplate, fromJavaScript, type JinjaTemplate, RaisedByTemplate, type Rendered } from './jinja/index.ts';
import { trimEnd } from './jinja/lexer.ts';
import { strip } from './jinja/text-methods.ts';
import { Dict, isList, type Value } from './jinja/values.ts';
import { type ChatOptions, type GivenMessage, TokenizerError } from './tokenizer.ts';

/** Templates are a page of text; bounds what a hostile one costs to parse. */
const MAX_TEMPLATE_LENGTH = 1_000_000;
const MAX_CACHED = 64;
const cache = new Map<string, JinjaTemplate>();

function compile(source: string): JinjaTemplate {
  const found = cache.get(source);
  if (found) return found;
  if (source.length > MAX_TEMPLATE_LENGTH)
    throw new TokenizerError(
      `the chat template has ${source.length} characters; at most ${MAX_TEMPLATE_LENGTH} are read`,
    );
  try {
    const template = compileTemplate(source);
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(source, template);
    return template;
  } catch (cause) {
    throw new TokenizerError(`the chat template does not parse: ${messageOf(cause)}`, { cause });
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** The template called raise_exception: its message is for the user. */
export class TemplateRaised extends TokenizerError {}

/**
 * Text of a conversation, and where `{% generation %}` blocks stand in it. Throws TemplateRaised with the template's own message when it calls
 * `raise_exception(…)`, TokenizerError when it does not parse, fails, or (with `continueFinalMessage`) drops the message to be continued.
 */
export function renderTemplate(source: string, messages: readonly GivenMessage[], options: ChatOptions): Rendered {
  const seen = messages.map(asSeen);
  if (!options.continueFinalMessage) return render(source, seen, options);
  if (options.addGenerationPrompt)
    throw new TokenizerError(
      'continueFinalMessage and addGenerationPrompt exclude each other: continue the last message, or begin a new one',
    );
  return continued(source, seen, options);
}

function render(source: string, messages: readonly Dict[], options: ChatOptions): Rendered {
  const template = compile(source);
  try {
    return template.render({
      tools: null,
      documents: null,
      ...options.variables,
      ...(options.tools ? { tools: options.tools } : {}),
      messages,
      add_generation_prompt: options.addGenerationPrompt,
    });
  } catch (cause) {
    if (cause instanceof RaisedByTemplate) throw new TemplateRaised(cause.message, { cause });
    throw new TokenizerError(`the chat template failed: ${messageOf(cause)}`, { cause });
  }
}

/** Names that a message's reasoning comes under; the first is the one that templates read, gpt-oss' read the second. */
const REASONING = ['reasoning_content', 'thinking', 'reasoning'];

/** A message as the template sees it: a key whose value is null is missing, not "None", and reasoning has all its names. */
function asSeen(message: object): Dict {
  const given = fromJavaScript(message);
  if (!(given instanceof Dict))
    throw new TokenizerError(`a chat message is an object with role and content, found ${JSON.stringify(message)}`);
  const entries = [...given.entries()].filter(([, value]) => value !== null);
  const seen = new Dict(entries);
  const reasoning = REASONING.map((name) => seen.get(name)).find((value) => value !== undefined);
  if (reasoning === undefined) return seen;
  return new Dict([['thinking', reasoning], ...entries, ['reasoning_content', reasoning]]);
}

const TAG = 'CONTINUE_FINAL_MESSAGE_TAG ';

/** Marks the end of the last message, renders, and cuts there: so the model goes on where the message stops. */
function continued(source: string, messages: readonly Dict[], options: ChatOptions): Rendered {
  const last = messages.at(-1);
  if (!last) throw new TokenizerError('there is no message to continue');
  const content = last.get('content');
  if (content === undefined)
    throw new TokenizerError('continue_final_message is set but the final message has no "content" to continue!');
  if (!source.includes('content'))
    throw new TokenizerError(
      'continue_final_message is set to "content" but this is not an accepted field in the chat_template',
    );
  const marked = withTag(content);
  const tagged = new Dict([...last.entries(), ['content', marked.content]]);
  const { text, generated } = render(source, [...messages.slice(0, -1), tagged], options);
  const at = text.lastIndexOf(TAG.trim());
  if (at < 0 || !text.includes(strip(marked.final, null, 'both')))
    throw new TokenizerError(
      'continue_final_message is set but the final message does not appear in the chat after applying the chat template! ' +
        'This can happen if the chat template deletes portions of the final message. ' +
        'Please verify the chat template and final message in your chat to ensure they are compatible.',
    );
  // where the template trimmed the message, what is continued is trimmed too
  const kept = text.startsWith(TAG, at) ? text.slice(0, at) : trimEnd(text.slice(0, at));
  const within = generated.filter(([start]) => start < kept.length);
  return { text: kept, generated: within.map(([start, end]) => [start, Math.min(end, kept.length)] as const) };
}

/** Content that ends in the tag, and the text that it then continues: of several parts, the last text. */
function withTag(content: Value): { content: Value; final: string } {
  if (typeof content === 'string') return { content: content + TAG, final: content };
  const parts = isList(content) ? [...content] : [];
  const at = parts.findLastIndex((part) => part instanceof Dict && typeof part.get('text') === 'string');
  const part = parts[at];
  if (!(part instanceof Dict))
    throw new TokenizerError(
      'continue_final_message is set but we could not find any text to continue in the final message!',
    );
  const final = String(part.get('text'));
  parts[at] = new Dict([...part.entries(), ['text', final + TAG]]);
  return { content: parts, final };
}
