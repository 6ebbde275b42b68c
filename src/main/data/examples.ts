/** Records → training examples under TRL's column names: preference pairs, prompt and completion, text, messages. */
import { DatasetError, type SourceRecord } from './records.ts';
import { rememberExact } from './tokenizers/jinja/index.ts';

export interface Message {
  readonly role: string;
  readonly content: string;
}
export type TextOrChat = string | readonly Message[];

/** What a row's chat template sees besides the messages: TRL's columns `tools` and `chat_template_kwargs`. */
export interface ChatVariables {
  readonly tools?: readonly unknown[];
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface PreferenceExample {
  readonly chat?: ChatVariables;
  readonly prompt: TextOrChat;
  readonly chosen: TextOrChat;
  readonly rejected: TextOrChat;
}

/** `prompt` null: the whole text or conversation is trained on. */
export interface DemonstrationExample {
  readonly chat?: ChatVariables;
  readonly prompt: TextOrChat | null;
  readonly completion: TextOrChat;
}

const where = (path: string, { line, row }: SourceRecord): string =>
  line === null ? `${path}: row ${row}` : `${path}:${line}`;

/** A string or a list of {role, content}; anything else is refused, never turned into text. */
function textOrChat(path: string, record: SourceRecord, key: string): TextOrChat {
  const value = record.value[key];
  if (typeof value === 'string') return value;
  if (value === undefined) throw new DatasetError(`${where(path, record)}: "${key}" is missing`);
  const isMessage = (m: unknown): m is Message =>
    m !== null &&
    typeof m === 'object' &&
    typeof (m as Message).role === 'string' &&
    typeof (m as Message).content === 'string';
  if (Array.isArray(value) && value.length > 0 && value.every(isMessage)) return value;
  throw new DatasetError(
    `${where(path, record)}: "${key}" must be text or a list of {role, content}, found ${JSON.stringify(value)?.slice(0, 60)}`,
  );
}

/** Decided by what is rendered; a row cannot set them. */
const RENDERING = ['add_generation_prompt', 'continue_final_message', 'chat_template', 'tokenize', 'messages', 'tools'];

/** Variables of a row's chat template; undefined where it has none. `tools` may be JSON text. */
export function chatVariables(path: string, record: SourceRecord): ChatVariables | undefined {
  const tools = toolsOf(path, record);
  const { chat_template_kwargs: kwargs } = record.value;
  if (kwargs === undefined || kwargs === null) return tools && { tools };
  if (typeof kwargs !== 'object' || Array.isArray(kwargs))
    throw new DatasetError(
      `${where(path, record)}: "chat_template_kwargs" must be an object, found ${JSON.stringify(kwargs)?.slice(0, 60)}`,
    );
  const taken = RENDERING.find((name) => name in kwargs);
  if (taken !== undefined)
    throw new DatasetError(`${where(path, record)}: "chat_template_kwargs" sets "${taken}", which a row cannot decide`);
  return { variables: kwargs as Readonly<Record<string, unknown>>, ...(tools && { tools }) };
}

function toolsOf(path: string, record: SourceRecord): readonly unknown[] | undefined {
  const { tools } = record.value;
  if (tools === undefined || tools === null) return undefined;
  const found = typeof tools === 'string' ? parsedJson(tools) : tools;
  if (found === null) return undefined;
  if (Array.isArray(found)) return found.length > 0 ? found : undefined;
  throw new DatasetError(
    `${where(path, record)}: "tools" must be a list of tools or its JSON text, found ${JSON.stringify(tools)?.slice(0, 60)}`,
  );
}

function parsedJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    rememberExact(value, text);
    return value;
  } catch {
    return undefined;
  }
}

/** An example with its row's variables of the chat template, which plain text has no use for. */
function withVariables<T extends object>(path: string, record: SourceRecord, example: T): T & { chat?: ChatVariables } {
  const chat = chatVariables(path, record);
  return chat ? { ...example, chat } : example;
}

/** ShareGPT's words for roles. */
const SHARE_GPT_ROLES: Readonly<Record<string, string>> = { human: 'user', gpt: 'assistant' };

/** `conversations` as {from, value} or {role, content}. */
function shareGptChat(path: string, record: SourceRecord): readonly Message[] {
  const { conversations } = record.value;
  if (!Array.isArray(conversations)) return textOrChat(path, record, 'conversations') as readonly Message[];
  const messages = conversations.map((turn) => {
    const { from, value, role = SHARE_GPT_ROLES[from] ?? from, content = value } = turn ?? {};
    return { role, content };
  });
  const value = { ...record.value, conversations: messages };
  return textOrChat(path, { ...record, value }, 'conversations') as readonly Message[];
}

/** A preference row; without `prompt` the shared beginning of both answers is the prompt (TRL's extract_prompt). */
export function preferenceExample(path: string, record: SourceRecord): PreferenceExample {
  const chosen = textOrChat(path, record, 'chosen');
  const rejected = textOrChat(path, record, 'rejected');
  if (typeof chosen !== typeof rejected)
    throw new DatasetError(`${where(path, record)}: "chosen" and "rejected" must both be text or both conversations`);
  if (record.value.prompt === undefined) return withVariables(path, record, implicitPrompt(chosen, rejected));
  const prompt = textOrChat(path, record, 'prompt');
  if (typeof prompt !== typeof chosen)
    throw new DatasetError(
      `${where(path, record)}: "prompt" is ${typeof prompt === 'string' ? 'text' : 'a conversation'}, "chosen" is not`,
    );
  return withVariables(path, record, { prompt, chosen, rejected });
}

/** Whether a preference row says that neither answer is better. Throws DatasetError when its `tie` is not true or false. */
export function isTie(path: string, record: SourceRecord): boolean {
  const { tie = false } = record.value;
  if (typeof tie === 'boolean') return tie;
  throw new DatasetError(`${where(path, record)}: "tie" must be true or false, found ${JSON.stringify(tie)}`);
}

/** The prompt that both answers begin with, and what is left of each (TRL's extract_prompt). */
function implicitPrompt(chosen: TextOrChat, rejected: TextOrChat): PreferenceExample {
  if (typeof chosen !== 'string' || typeof rejected !== 'string') {
    const at = answersBegin(chosen as readonly Message[], rejected as readonly Message[]);
    return { prompt: chosen.slice(0, at), chosen: chosen.slice(at), rejected: rejected.slice(at) };
  }
  // by code points: two emoji may share half of a surrogate pair
  const [a, b] = [[...chosen], [...rejected]];
  let at = answersBegin(a, b);
  // a space before the answers belongs to them: tokens begin with their space
  if (at > 0 && a[at] !== b[at] && a[at - 1] === ' ') at--;
  const cut = (characters: string[]) => characters.slice(at).join('');
  return { prompt: a.slice(0, at).join(''), chosen: cut(a), rejected: cut(b) };
}

/** Where the lists stop being equal; when one begins with the whole other, its last piece stays with the answers, so that neither is empty. */
function answersBegin(a: readonly unknown[], b: readonly unknown[]): number {
  const last = Math.min(a.length, b.length) - 1;
  let at = 0;
  while (at < last && JSON.stringify(a[at]) === JSON.stringify(b[at])) at++;
  return at;
}

/** An answer by itself, wanted or not. */
export interface UnpairedExample {
  readonly chat?: ChatVariables;
  readonly prompt: TextOrChat;
  readonly completion: TextOrChat;
  readonly label: boolean;
}

/** KTO rows: prompt, completion and label; a preference row gives two. */
export function unpairedExamples(path: string, record: SourceRecord): readonly UnpairedExample[] {
  const { value } = record;
  if (value.completion === undefined && value.chosen !== undefined) {
    const { chosen, rejected, ...shared } = preferenceExample(path, record);
    return [
      { ...shared, completion: chosen, label: true },
      { ...shared, completion: rejected, label: false },
    ];
  }
  const prompt = textOrChat(path, record, 'prompt');
  const completion = textOrChat(path, record, 'completion');
  if (typeof prompt !== typeof completion)
    throw new DatasetError(`${where(path, record)}: "prompt" and "completion" must both be text or both conversations`);
  return [withVariables(path, record, { prompt, completion, label: labelOf(path, record) })];
}

/** true and false, also as 1 and 0 or as the words that CSV files have. */
function labelOf(path: string, record: SourceRecord): boolean {
  const { label } = record.value;
  const word = String(label).toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  throw new DatasetError(`${where(path, record)}: "label" must be true or false, found ${JSON.stringify(label)}`);
}

/** An SFT row: prompt and completion (or a pair, whose chosen answer is the completion), messages, conversations, or a text in `textField`. */
export function demonstrationExample(path: string, record: SourceRecord, textField = 'text'): DemonstrationExample {
  return withVariables(path, record, demonstrationOf(path, record, textField));
}

function demonstrationOf(path: string, record: SourceRecord, textField: string): DemonstrationExample {
  const { value } = record;
  if (value.prompt === undefined && value[textField] !== undefined)
    return { prompt: null, completion: textOrChat(path, record, textField) };
  if (value.conversations !== undefined) return { prompt: null, completion: shareGptChat(path, record) };
  if (value.messages !== undefined) return { prompt: null, completion: textOrChat(path, record, 'messages') };
  if (value.completion === undefined && value.chosen !== undefined) {
    const { prompt, chosen } = preferenceExample(path, record);
    return { prompt, completion: chosen };
  }
  return { prompt: textOrChat(path, record, 'prompt'), completion: textOrChat(path, record, 'completion') };
}

/** The prompt of a row that has one: a prompt alone, or the prompt of a pair or demonstration. */
export function promptExample(path: string, record: SourceRecord): TextOrChat {
  const { value } = record;
  if (value.prompt === undefined && value.chosen !== undefined) return preferenceExample(path, record).prompt;
  return textOrChat(path, record, 'prompt');
}
