/** Conversations in the forms of published sets: messages as {role, content}, whose content may be in parts, or as ShareGPT's {from, value}; whatever else stands in a message is kept beside the row. */
import type { ChatMessage, TextOrChat } from '../../../preload/contract/datasets.ts';
import { WideNumber } from '../records/exact-json.ts';
import { RowRefused } from './row-refused.ts';

export type RecordValue = Readonly<Record<string, unknown>>;

/** An object that is no list. */
export const isRecord = (value: unknown): value is RecordValue =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof WideNumber);

/** Names of speakers in the files of ShareGPT's many children. */
const SPEAKERS: Readonly<Record<string, string>> = {
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  assistant: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  model: 'assistant',
  system: 'system',
  developer: 'developer',
  observation: 'tool',
  tool: 'tool',
};

/** The role that a name stands for ("Human", "gpt"); other names stay as they are. */
function knownRole(name: string): string {
  const known = name.toLowerCase();
  return Object.hasOwn(SPEAKERS, known) ? SPEAKERS[known] : name;
}

/** The role of a speaker, however it is written; a name that nobody knows is refused. */
export function roleOf(speaker: string): string {
  const known = speaker.toLowerCase();
  if (known === 'function_call' || known === 'tool_call')
    throw new RowRefused(`a message of "${speaker}" calls a tool; rows hold text alone`);
  if (!Object.hasOwn(SPEAKERS, known))
    throw new RowRefused(
      `a message is of "${speaker}", which is no known role: ${Object.keys(SPEAKERS).join(', ')} were expected`,
      speaker,
    );
  return SPEAKERS[known];
}

/** As chat templates and OpenAI's responses call a part that is text. */
const TEXT_PARTS = ['text', 'input_text', 'output_text'];

/** Content as one text: parts that are all text become that text; undefined for what is no content. Throws RowRefused for a picture or sound. */
function contentOf(content: unknown, role: string): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content) || content.length === 0 || !content.every(isRecord)) return undefined;
  const other = content.find(({ type }) => typeof type === 'string' && !TEXT_PARTS.includes(type));
  if (other) throw new RowRefused(`a message of "${role}" holds a part of type "${other.type}"; rows hold text alone`);
  const texts = content.map(({ text }) => text);
  return texts.every((text) => typeof text === 'string') ? texts.join('\n') : undefined;
}

/** Whether a message asks for a tool, which a row of texts would lose. */
const callsTool = ({ tool_calls: calls, function_call: call }: RecordValue): boolean =>
  (Array.isArray(calls) && calls.length > 0) || isRecord(calls) || isRecord(call);

/** A message as it is stored; undefined for what is none. Throws RowRefused for what a row cannot hold. */
export function messageOf(value: unknown): ChatMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { role: spoken, content, from, value: said } = value;
  const role = typeof spoken === 'string' ? knownRole(spoken) : undefined;
  if (typeof role === 'string') {
    if (callsTool(value)) throw new RowRefused(`a message of "${role}" calls a tool; rows hold text alone`);
    const text = contentOf(content, role);
    if (text !== undefined) return { role, content: text };
  }
  return typeof from === 'string' && typeof said === 'string' ? { role: roleOf(from), content: said } : undefined;
}

/** A list of messages, or one alone; undefined for anything else. Throws RowRefused for what a row cannot hold, and for a list of none. */
export function messagesOf(value: unknown): ChatMessage[] | undefined {
  if (!Array.isArray(value)) {
    const message = messageOf(value);
    return message && [message];
  }
  if (value.length === 0) throw new RowRefused('it is an empty list');
  const messages = value.map(messageOf);
  return messages.every((each) => each !== undefined) ? messages : undefined;
}

export const isConversation = (value: unknown): value is ChatMessage[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((m) => isRecord(m) && typeof m.role === 'string' && typeof m.content === 'string');

/** Whether a value would be read as text or messages, or its row alone be refused. */
export function isReadable(value: unknown): boolean {
  if (typeof value === 'string') return true;
  try {
    return messagesOf(value) !== undefined;
  } catch (error) {
    if (error instanceof RowRefused) return true;
    throw error;
  }
}

/** Text that is empty or white space alone, or a conversation of such: no answer. */
export const isBlank = (value: TextOrChat): boolean =>
  typeof value === 'string' ? value.trim() === '' : value.every(({ content }) => content.trim() === '');

const READ: ReadonlySet<string> = new Set(['role', 'content', 'from', 'value']);

const says = (value: unknown): boolean =>
  value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);

/** What messages say besides role and content (name, tool_call_id, weight, reasoning …), an entry for each; undefined where none says more. */
export function besideMessages(value: unknown): (RecordValue | null)[] | undefined {
  if (!Array.isArray(value)) return isRecord(value) ? besideMessages([value]) : undefined;
  let more = false;
  const entries = value.map((item: unknown) => {
    if (!isRecord(item) || typeof (item.role ?? item.from) !== 'string') return null;
    let found: Record<string, unknown> | null = null;
    for (const key in item)
      if (!READ.has(key) && says(item[key])) {
        found ??= {};
        found[key] = item[key];
      }
    more ||= found !== null;
    return found;
  });
  return more ? entries : undefined;
}
