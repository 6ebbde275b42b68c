/** Chat templates (Jinja), rendered as transformers' apply_chat_template does. */
import { Template } from '@huggingface/jinja';
import { inTurns } from './chat-engine.ts';
import { type ChatMessage, type ChatOptions, TokenizerError } from './tokenizer.ts';

/** Templates are a page of text; bounds what a hostile one costs to parse. */
const MAX_TEMPLATE_LENGTH = 1_000_000;
const MAX_CACHED = 64;
const cache = new Map<string, Template>();

function compile(source: string): Template {
  const found = cache.get(source);
  if (found) return found;
  if (source.length > MAX_TEMPLATE_LENGTH)
    throw new TokenizerError(
      `the chat template has ${source.length} characters; at most ${MAX_TEMPLATE_LENGTH} are read`,
    );
  try {
    const template = new Template(source);
    redirect(template.parsed);
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(source, template);
    return template;
  } catch (cause) {
    throw new TokenizerError(`the chat template does not parse: ${messageOf(cause)}`, { cause });
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

interface TemplateNode {
  type?: string;
  value?: unknown;
  callee?: TemplateNode;
  object?: TemplateNode;
  property?: TemplateNode;
  args?: TemplateNode[];
  body?: unknown;
  defaultBlock?: unknown;
}

/** Functions of ours in place of the library's; a name with a space cannot be written in a template. */
const GLOBALS = { raise_exception: ' raise_exception', strftime_now: ' strftime_now' } as const;
const STRIPS = new Set(['strip', 'lstrip', 'rstrip']);

/**
 * Walks the syntax tree: a loop's turns have scopes of their own, `raise_exception` must be told from a failure of the engine, `strftime_now` knows too few codes in the library, and its
 * `strip('…')`, `lstrip('…')`, `rstrip('…')` ignore their argument.
 */
function redirect(value: unknown): void {
  if (Array.isArray(value)) value.forEach(redirect);
  if (value instanceof Map)
    for (const [key, entry] of value) {
      redirect(key);
      redirect(entry);
    }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
  const node: TemplateNode = value;
  if (node.type === 'CallExpression') redirectCall(node);
  for (const child of Object.values(node)) if (child !== null && typeof child === 'object') redirect(child);
  if (node.type === 'For') inTurns(node);
}

function redirectCall(node: TemplateNode): void {
  const { callee, args = [] } = node;
  const name = callee?.type === 'Identifier' ? String(callee.value) : '';
  if (Object.hasOwn(GLOBALS, name)) node.callee = identifier(GLOBALS[name as keyof typeof GLOBALS]);
  const method =
    callee?.type === 'MemberExpression' && callee.property?.type === 'Identifier' ? callee.property.value : '';
  if (typeof method !== 'string' || !STRIPS.has(method) || args.length !== 1 || !callee?.object) return;
  node.callee = identifier(` ${method}`);
  node.args = [callee.object, ...args];
}

const identifier = (value: string): TemplateNode => ({ type: 'Identifier', value });

/** Python's str.strip with a set of characters. */
function stripSet(text: unknown, set: unknown, left: boolean, right: boolean): string {
  const characters = [...String(text)];
  const unwanted = new Set(set === null || set === undefined ? [' ', '\t', '\n', '\r', '\f', '\v'] : String(set));
  let first = 0;
  let last = characters.length;
  while (left && first < last && unwanted.has(characters[first])) first++;
  while (right && last > first && unwanted.has(characters[last - 1])) last--;
  return characters.slice(first, last).join('');
}

const two = (n: number): string => String(n).padStart(2, '0');
const named = (date: Date, part: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-US', part).format(date);

const DATE_CODES: Readonly<Record<string, (date: Date) => string>> = {
  Y: (d) => String(d.getFullYear()),
  y: (d) => two(d.getFullYear() % 100),
  m: (d) => two(d.getMonth() + 1),
  d: (d) => two(d.getDate()),
  e: (d) => String(d.getDate()).padStart(2),
  B: (d) => named(d, { month: 'long' }),
  b: (d) => named(d, { month: 'short' }),
  A: (d) => named(d, { weekday: 'long' }),
  a: (d) => named(d, { weekday: 'short' }),
  H: (d) => two(d.getHours()),
  I: (d) => two(d.getHours() % 12 || 12),
  p: (d) => (d.getHours() < 12 ? 'AM' : 'PM'),
  M: (d) => two(d.getMinutes()),
  S: (d) => two(d.getSeconds()),
  '%': () => '%',
};

/** Python's strftime, English names; "%-d" leaves a leading zero out. */
export const formatDate = (date: Date, format: string): string =>
  format.replace(/%(-?)([a-zA-Z%])/g, (whole, dash: string, code: string) => {
    const text = DATE_CODES[code]?.(date);
    if (text === undefined) return whole;
    return dash ? text.replace(/^[0 ](?=.)/, '') : text;
  });

const FUNCTIONS = {
  [GLOBALS.raise_exception]: (message: unknown) => {
    throw new TemplateRaised(String(message));
  },
  [GLOBALS.strftime_now]: (format: unknown) => formatDate(new Date(), String(format)),
  ' strip': (text: unknown, set: unknown) => stripSet(text, set, true, true),
  ' lstrip': (text: unknown, set: unknown) => stripSet(text, set, true, false),
  ' rstrip': (text: unknown, set: unknown) => stripSet(text, set, false, true),
};

/** The template called raise_exception: its message is for the user. */
export class TemplateRaised extends TokenizerError {}

/**
 * Text of a conversation. Throws TemplateRaised with the template's own message when it calls `raise_exception(…)`, TokenizerError when it does
 * not parse, fails, or (with `continueFinalMessage`) drops the message to be continued.
 */
export function renderTemplate(source: string, messages: readonly ChatMessage[], options: ChatOptions): string {
  if (!options.continueFinalMessage) return render(source, messages, options);
  if (options.addGenerationPrompt)
    throw new TokenizerError(
      'continueFinalMessage and addGenerationPrompt exclude each other: continue the last message, or begin a new one',
    );
  return continued(source, messages, options);
}

function render(source: string, messages: readonly object[], options: ChatOptions): string {
  try {
    return compile(source).render({
      tools: null,
      documents: null,
      ...options.variables,
      ...(options.tools ? { tools: options.tools } : {}),
      ...FUNCTIONS,
      messages: messages.map(withoutNulls),
      add_generation_prompt: options.addGenerationPrompt,
    });
  } catch (cause) {
    if (cause instanceof TokenizerError) throw cause;
    throw new TokenizerError(`the chat template failed: ${messageOf(cause)}`, { cause });
  }
}

/** A key whose value is null is missing for the template, not "None". */
const withoutNulls = (message: object): object =>
  Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null));

const TAG = 'CONTINUE_FINAL_MESSAGE_TAG ';

/** Marks the end of the last message, renders, and cuts there: so the model goes on where the message stops. */
function continued(source: string, messages: readonly ChatMessage[], options: ChatOptions): string {
  const last = messages.at(-1);
  if (!last) throw new TokenizerError('there is no message to continue');
  const rendered = render(source, [...messages.slice(0, -1), { ...last, content: last.content + TAG }], options);
  const at = rendered.lastIndexOf(TAG.trim());
  if (at < 0 || !rendered.includes(last.content.trim()))
    throw new TokenizerError(
      'continue_final_message is set but the final message does not appear in the chat after applying the chat template! ' +
        'This can happen if the chat template deletes portions of the final message. ' +
        'Please verify the chat template and final message in your chat to ensure they are compatible.',
    );
  const kept = rendered.slice(0, at);
  // the template trimmed the message: what is continued is trimmed too
  return rendered.startsWith(TAG, at) ? kept : kept.trimEnd();
}
