/** ShareGPT's messages ({from, value}): one conversation, judged or not, or one with two answers beside it as LLaMA-Factory has them. */
import type { ChatMessage, ColumnMapping, DatasetKind } from '../../../preload/contract/datasets.ts';
import {
  checkedText,
  type Draft,
  draft,
  type Format,
  labelAt,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  valueAt,
} from './format.ts';
import { BESIDE_A_PAIR, BESIDE_FIELDS, pairDraft } from './preference-pair.ts';

interface Turn {
  readonly from: string;
  readonly value: string;
}

const ROLES: Readonly<Record<string, string>> = { human: 'user', gpt: 'assistant' };

const isTurn = (value: unknown): value is Turn =>
  value !== null &&
  typeof value === 'object' &&
  typeof (value as Turn).from === 'string' &&
  typeof (value as Turn).value === 'string';

const isTurns = (value: unknown): value is Turn[] => Array.isArray(value) && value.every(isTurn);

const messageOf = ({ from, value }: Turn, column: string): ChatMessage => ({
  role: Object.hasOwn(ROLES, from) ? ROLES[from] : checkedText(from, column),
  content: checkedText(value, column),
});

function conversation(record: RecordValue, column: string): ChatMessage[] {
  const found = valueAt(record, column);
  if (!isTurns(found)) throw new RowFault(column, `"${column}" must be a list of {from, value}`);
  return found.map((turn) => messageOf(turn, column));
}

function answer(record: RecordValue, column: string): ChatMessage[] {
  const found = valueAt(record, column);
  const turn = Array.isArray(found) && found.length === 1 ? found[0] : found;
  if (!isTurn(turn)) throw new RowFault(column, `"${column}" must be one message {from, value}`);
  // an empty text is no answer, as in every other format
  return turn.value === '' ? [] : [messageOf(turn, column)];
}

const kindOf = ({ chosen, rejected, label }: ColumnMapping): DatasetKind =>
  chosen !== undefined || rejected !== undefined ? 'preference' : label !== undefined ? 'unpaired' : 'demonstrations';

function readOne(record: RecordValue, mapping: ColumnMapping, messages: readonly ChatMessage[]): Draft {
  if (messages.at(-1)?.role !== 'assistant') throw new RowRefused("the last message is not the assistant's");
  const label = mapping.label === undefined ? null : labelAt(record, mapping.label);
  const metadata = restOf(record, Object.values(mapping));
  return draft({ prompt: messages.slice(0, -1), completion: messages.slice(-1), label, metadata });
}

export const sharegpt: Format = {
  id: 'sharegpt',
  title: 'ShareGPT conversations',
  kind: 'demonstrations',
  kindOf,
  fields: ['messages', 'chosen', 'rejected', 'label', ...BESIDE_FIELDS],
  mapping: { messages: 'conversations', chosen: 'chosen', rejected: 'rejected', label: 'label', ...BESIDE_A_PAIR },
  sniff(records) {
    const share = records.filter((r) => isTurns(r.conversations)).length / Math.max(1, records.length);
    return { score: 0.93 * share, reason: `${percentOf(share)} hold a conversation of {from, value}` };
  },
  read(record, mapping) {
    const messages = conversation(record, mapping.messages ?? 'conversations');
    if (kindOf(mapping) !== 'preference') return [readOne(record, mapping, messages)];
    const chosen = answer(record, mapping.chosen ?? 'chosen');
    return [pairDraft(record, mapping, messages, { chosen, rejected: answer(record, mapping.rejected ?? 'rejected') })];
  },
};
