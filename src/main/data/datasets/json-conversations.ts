/** Conversations that a file holds as JSON text (sets that pass through tools without lists): columns that hold nothing else are read as conversations. */
import { type RecordValue, RowFault } from '../formats/format.ts';
import { conversationIn } from '../records/delimited.ts';

const isSomething = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Columns of the first records whose every value is a conversation as JSON text. */
export function jsonConversations(head: readonly RecordValue[]): string[] {
  const [first] = head;
  const names = first === undefined ? [] : [...new Set(head.flatMap((record) => Object.keys(record)))];
  return names.filter((name) => {
    const values = head.map((record) => record[name]).filter(isSomething);
    return (
      values.length > 0 && values.every((value) => typeof value === 'string' && conversationOf(value) !== undefined)
    );
  });
}

const conversationOf = (text: string): unknown[] | undefined => {
  const found = conversationIn(text.trim());
  return found && found.length > 0 ? found : undefined;
};

/** The record with these columns as lists of messages. Throws RowFault for a text that is none: one column, one form. */
export function withConversations(record: RecordValue, columns: readonly string[]): RecordValue {
  if (columns.length === 0) return record;
  const read = columns.flatMap((name): (readonly [string, unknown])[] => {
    const value = record[name];
    if (typeof value !== 'string' || value === '') return [];
    const found = conversationOf(value);
    if (!found)
      throw new RowFault(
        name,
        `"${name}" is text (${JSON.stringify(value.slice(0, 40))}); a list of messages as JSON was expected, as in the first rows`,
      );
    return [[name, found]];
  });
  return read.length === 0 ? record : { ...record, ...Object.fromEntries(read) };
}
