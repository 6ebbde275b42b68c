/** Any table whose columns a user mapped by hand: the roles that are mapped decide what its rows are. */
import type { ColumnMapping, DatasetKind, TextOrChat } from '../../../preload/contract/datasets.ts';
import {
  conversationAt,
  type Draft,
  draft,
  type Format,
  labelAt,
  type RecordValue,
  RowFault,
  restOf,
  textAt,
  valueAt,
} from './format.ts';
import { answersAt, asAnswer, BESIDE_A_PAIR, BESIDE_FIELDS, pairDraft } from './preference-pair.ts';
import { readImplicit } from './trl-implicit.ts';
import { withPrompt } from './trl-preference.ts';

function kindOf(mapping: ColumnMapping): DatasetKind {
  if (mapping.chosen !== undefined || mapping.rejected !== undefined) return 'preference';
  if (mapping.completion === undefined && mapping.messages === undefined)
    return mapping.text === undefined ? 'prompts' : 'demonstrations';
  return mapping.label === undefined ? 'demonstrations' : 'unpaired';
}

/** A cell beside the prompt, where it says something. */
function extraAt(record: RecordValue, column: string | undefined, field: string): string {
  if (column === undefined || (valueAt(record, column) ?? '') === '') return '';
  const text = textAt(record, column, field);
  if (typeof text !== 'string') throw new RowFault(column, `"${column}" is a conversation; text was expected`);
  return text;
}

/** Prompt with its input on a line of its own; with a system text it becomes a conversation. */
function promptAt(record: RecordValue, mapping: ColumnMapping): TextOrChat {
  const prompt = textAt(record, mapping.prompt, 'prompt');
  const input = extraAt(record, mapping.input, 'input');
  const system = extraAt(record, mapping.system, 'system');
  if (typeof prompt !== 'string') return system === '' ? prompt : [{ role: 'system', content: system }, ...prompt];
  const whole = input === '' ? prompt : `${prompt}\n${input}`;
  // one row has a system text and the next none: the column decides, so that all rows are alike
  if (mapping.system === undefined) return whole;
  const user = { role: 'user', content: whole };
  return system === '' ? [user] : [{ role: 'system', content: system }, user];
}

function readPair(record: RecordValue, mapping: ColumnMapping): readonly Draft[] {
  if (mapping.prompt === undefined) return readImplicit(record, mapping);
  const prompt = promptAt(record, mapping);
  const whole = withPrompt(prompt, answersAt(record, mapping));
  return [pairDraft(record, mapping, whole.prompt, whole)];
}

/** Prompt and answer of a row that has one answer. */
function oneAnswer(record: RecordValue, mapping: ColumnMapping): { prompt: TextOrChat; completion: TextOrChat } {
  if (mapping.messages !== undefined) return conversationAt(record, mapping.messages);
  if (mapping.completion === undefined) return { prompt: '', completion: textAt(record, mapping.text, 'text') };
  const prompt = promptAt(record, mapping);
  return { prompt, completion: asAnswer(prompt, textAt(record, mapping.completion, 'completion')) };
}

export const columns: Format = {
  id: 'columns',
  title: 'Columns mapped by hand',
  kind: 'preference',
  kindOf,
  fields: [
    'prompt',
    'system',
    'input',
    'chosen',
    'rejected',
    'completion',
    'label',
    'text',
    'messages',
    ...BESIDE_FIELDS,
  ],
  // what an answer is, only the user can say
  mapping: { prompt: 'prompt', label: 'label', ...BESIDE_A_PAIR },
  sniff: () => ({ score: 0, reason: 'only chosen by hand' }),
  read(record, mapping) {
    const kind = kindOf(mapping);
    if (kind === 'preference') return readPair(record, mapping);
    const metadata = restOf(record, Object.values(mapping));
    if (kind === 'prompts') return [draft({ prompt: promptAt(record, mapping), metadata })];
    const label = kind === 'unpaired' ? labelAt(record, mapping.label ?? 'label') : null;
    return [draft({ ...oneAnswer(record, mapping), label, metadata })];
  },
};
