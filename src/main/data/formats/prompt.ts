/** The prompt of a row whose parts stand in several columns: system text, earlier turns, instruction, input. */
import type { ChatMessage, ColumnMapping, TextOrChat } from '../../../preload/contract/datasets.ts';
import { checkedText, type RecordValue, RowFault, textAt, valueAt } from './format.ts';

/** A cell beside the prompt, where it says something. */
function extraAt(record: RecordValue, column: string | undefined, field: string): string {
  if (column === undefined || (valueAt(record, column) ?? '') === '') return '';
  const text = textAt(record, column, field);
  if (typeof text !== 'string') throw new RowFault(column, `"${column}" is a conversation; text was expected`);
  return text;
}

/** Earlier turns as Alpaca's tables have them: a list of [question, answer]. */
function historyAt(record: RecordValue, column: string | undefined): ChatMessage[] {
  const found = column === undefined ? null : (valueAt(record, column) ?? null);
  if (column === undefined || found === null || found === '') return [];
  const isTurn = (turn: unknown): turn is [string, string] =>
    Array.isArray(turn) && turn.length === 2 && turn.every((text) => typeof text === 'string');
  if (!Array.isArray(found) || !found.every(isTurn))
    throw new RowFault(column, `"${column}" must be a list of [question, answer]`);
  return found.flatMap(([question, answer]) => [
    { role: 'user', content: checkedText(question, column) },
    { role: 'assistant', content: checkedText(answer, column) },
  ]);
}

/** Prompt with its input on a line of its own; with a system text or earlier turns it becomes a conversation. */
export function promptAt(record: RecordValue, mapping: ColumnMapping): TextOrChat {
  const prompt = textAt(record, mapping.prompt, 'prompt');
  const input = extraAt(record, mapping.input, 'input');
  const system = extraAt(record, mapping.system, 'system');
  const before = [
    ...(system === '' ? [] : [{ role: 'system', content: system }]),
    ...historyAt(record, mapping.history),
  ];
  if (typeof prompt !== 'string') return [...before, ...prompt];
  const whole = input === '' ? prompt : `${prompt}\n${input}`;
  // one row has a system text and the next none: the column decides, so that all rows are alike
  if (mapping.system === undefined && mapping.history === undefined) return whole;
  return [...before, { role: 'user', content: whole }];
}
