/** KTO's unpaired format: prompt, completion and whether it is wanted; or one conversation with a label. */
import {
  conversationAt,
  draft,
  type Format,
  isReadable,
  labelAt,
  percentOf,
  restOf,
  textAt,
  valueAt,
  wholeWord,
} from './format.ts';
import { listIn } from './lists.ts';

export const kto: Format = {
  id: 'kto',
  title: 'KTO, unpaired',
  kind: 'unpaired',
  fields: ['prompt', 'completion', 'messages', 'label'],
  mapping: { prompt: 'prompt', completion: 'completion', messages: 'messages', label: 'label' },
  sniff(records) {
    const fits = records.filter(
      (r) =>
        ['boolean', 'string', 'number'].includes(typeof r.label) &&
        /^(true|false|0|1)$/i.test(wholeWord(String(r.label))) &&
        ((Array.isArray(listIn(r.messages)) && isReadable(listIn(r.messages))) ||
          (r.prompt !== undefined && r.completion !== undefined)),
    ).length;
    const share = records.length === 0 ? 0 : fits / records.length;
    return {
      score: 0.95 * share,
      reason: `${percentOf(share)} have an answer and a true/false label`,
    };
  },
  read(record, mapping) {
    const label = labelAt(record, mapping.label ?? 'label');
    // what the other form would be read from is no part of this one
    const beside = (...used: (string | undefined)[]) => restOf(record, [...used, mapping.label]);
    const has = (column: string | undefined) => column !== undefined && valueAt(record, column) !== undefined;
    if (mapping.messages !== undefined && has(mapping.messages) && !(has(mapping.prompt) && has(mapping.completion)))
      return [draft({ ...conversationAt(record, mapping.messages), label, metadata: beside(mapping.messages) })];
    const prompt = textAt(record, mapping.prompt, 'prompt');
    const completion = textAt(record, mapping.completion, 'completion');
    return [draft({ prompt, completion, label, metadata: beside(mapping.prompt, mapping.completion) })];
  },
};
