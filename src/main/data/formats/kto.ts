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
    const metadata = restOf(record, Object.values(mapping));
    const has = (column: string | undefined) => column !== undefined && valueAt(record, column) !== undefined;
    if (mapping.messages !== undefined && has(mapping.messages) && !(has(mapping.prompt) && has(mapping.completion)))
      return [draft({ ...conversationAt(record, mapping.messages), label, metadata })];
    const prompt = textAt(record, mapping.prompt, 'prompt');
    return [draft({ prompt, completion: textAt(record, mapping.completion, 'completion'), label, metadata })];
  },
};
