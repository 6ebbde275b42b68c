/** ShareGPT's messages ({from, value}, or {role, content}): one conversation, judged or not, or one with two answers beside it as LLaMA-Factory has them. */
import type { ChatMessage, ColumnMapping, DatasetKind } from '../../../preload/contract/datasets.ts';
import {
  checkedText,
  type Draft,
  draft,
  type Format,
  isConversation,
  labelAt,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
  valueAt,
} from './format.ts';
import { listIn } from './lists.ts';
import { messageOf, roleOf } from './messages.ts';
import { BESIDE_A_PAIR, BESIDE_FIELDS, pairDraft } from './preference-pair.ts';

/** A message in either form, its role by any of ShareGPT's names; undefined for anything else. Throws RowRefused. */
function turnOf(value: unknown): ChatMessage | undefined {
  const message = messageOf(value);
  return message && { role: roleOf(message.role), content: message.content };
}

const isTurns = (value: unknown): boolean => {
  const turns = listIn(value);
  return Array.isArray(turns) && turns.length > 0 && turns.every(isTurn);
};

/** Whether it has the form of a message, though its row may have to be refused. */
function isTurn(value: unknown): boolean {
  try {
    return turnOf(value) !== undefined;
  } catch (error) {
    if (error instanceof RowRefused) return true;
    throw error;
  }
}

const checkedMessage = ({ role, content }: ChatMessage, column: string): ChatMessage => ({
  role,
  content: checkedText(content, column),
});

function conversation(record: RecordValue, column: string): ChatMessage[] {
  const found = listIn(valueAt(record, column));
  const turns = Array.isArray(found) ? found.map(turnOf) : [undefined];
  // a pair may begin with its answers: then the conversation before them is empty
  if (!turns.every((turn) => turn !== undefined))
    throw new RowFault(column, `"${column}" must be a list of {from, value}`);
  return turns.map((turn) => checkedMessage(turn, column));
}

/** An answer as a message, or as its text alone. */
function answer(record: RecordValue, column: string): ChatMessage[] {
  const found = valueAt(record, column);
  const one = Array.isArray(found) && found.length === 1 ? found[0] : found;
  const turn = typeof one === 'string' ? { role: 'assistant', content: one } : turnOf(one);
  if (!turn) throw new RowFault(column, `"${column}" must be one message {from, value}, or its text`);
  return [checkedMessage(turn, column)];
}

/** The system text that some files keep in a column of its own. */
function systemAt(record: RecordValue, column: string | undefined): ChatMessage[] {
  if (column === undefined || (valueAt(record, column) ?? '') === '') return [];
  const content = textAt(record, column, 'system');
  if (typeof content !== 'string') throw new RowFault(column, `"${column}" is a conversation; text was expected`);
  return [{ role: 'system', content }];
}

const kindOf = ({ chosen, rejected, label }: ColumnMapping): DatasetKind =>
  chosen !== undefined || rejected !== undefined ? 'preference' : label !== undefined ? 'unpaired' : 'demonstrations';

function readOne(record: RecordValue, mapping: ColumnMapping, messages: readonly ChatMessage[]): Draft {
  if (messages.at(-1)?.role !== 'assistant') throw new RowRefused("the last message is not the assistant's");
  const label = mapping.label === undefined ? null : labelAt(record, mapping.label);
  const metadata = restOf(record, Object.values(mapping));
  return draft({ prompt: messages.slice(0, -1), completion: messages.slice(-1), label, metadata });
}

interface Variant {
  readonly id: string;
  readonly title: string;
  /** What such files call the conversation, and whether the answer was wanted. */
  readonly messages: string;
  readonly label: string;
  fits(record: RecordValue): boolean;
}

const variant = ({ id, title, messages: column, label, fits }: Variant): Format => ({
  id,
  title,
  kind: 'demonstrations',
  kindOf,
  fields: ['messages', 'system', 'chosen', 'rejected', 'label', ...BESIDE_FIELDS],
  mapping: { messages: column, system: 'system', chosen: 'chosen', rejected: 'rejected', label, ...BESIDE_A_PAIR },
  sniff(records) {
    const share = records.filter(fits).length / Math.max(1, records.length);
    return { score: 0.93 * share, reason: `${percentOf(share)} hold a conversation as "${column}"` };
  },
  read(record, mapping) {
    const messages = [...systemAt(record, mapping.system), ...conversation(record, mapping.messages ?? column)];
    if (kindOf(mapping) !== 'preference') return [readOne(record, mapping, messages)];
    const chosen = answer(record, mapping.chosen ?? 'chosen');
    return [pairDraft(record, mapping, messages, { chosen, rejected: answer(record, mapping.rejected ?? 'rejected') })];
  },
});

const hasPair = ({ chosen, rejected }: RecordValue): boolean => chosen !== undefined && rejected !== undefined;
const holdsTurns = (value: unknown, record: RecordValue): boolean =>
  isTurns(value) || (Array.isArray(value) && value.length === 0 && hasPair(record));

export const sharegpt = variant({
  id: 'sharegpt',
  title: 'ShareGPT conversations',
  messages: 'conversations',
  label: 'label',
  fits: (r) => holdsTurns(r.conversations, r) && r.kto_tag === undefined,
});

/** LLaMA-Factory's name for the label. */
export const sharegptTagged = variant({
  id: 'sharegpt-kto',
  title: 'ShareGPT conversations with kto_tag',
  messages: 'conversations',
  label: 'kto_tag',
  fits: (r) => holdsTurns(r.conversations, r) && r.kto_tag !== undefined,
});

/** The same with OpenAI's names: messages, and two answers beside them; or messages in ShareGPT's form. */
export const sharegptMessages = variant({
  id: 'sharegpt-messages',
  title: 'Messages with two answers',
  messages: 'messages',
  label: 'label',
  fits: (r) =>
    r.prompt === undefined &&
    isTurns(r.messages) &&
    (isConversation(listIn(r.messages)) ? hasPair(r) && !isConversation(r.chosen) : true),
});

/** Sets that write the column in the singular. */
export const sharegptSingular = variant({
  id: 'sharegpt-conversation',
  title: 'Conversations, one a row',
  messages: 'conversation',
  label: 'label',
  fits: (r) => isTurns(r.conversation),
});
