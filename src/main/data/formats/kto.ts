/** KTO's unpaired format: prompt, completion and whether it is wanted; or one conversation with a label. */
import {
  booleanAt,
  draft,
  type Format,
  isConversation,
  percentOf,
  RowFault,
  RowRefused,
  restOf,
  textAt,
  valueAt,
} from './format.ts';

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
        /^(true|false|0|1)$/i.test(String(r.label)) &&
        (isConversation(r.messages) || (r.prompt !== undefined && r.completion !== undefined)),
    ).length;
    const share = records.length === 0 ? 0 : fits / records.length;
    return {
      score: 0.95 * share,
      reason: `${percentOf(share)} have an answer and a true/false label`,
    };
  },
  read(record, mapping) {
    const column = mapping.label ?? 'label';
    const label = booleanAt(record, column);
    if (label === null) throw new RowFault(column, `"${column}" is missing; true or false was expected`);
    const metadata = restOf(record, Object.values(mapping));
    const messages = mapping.messages === undefined ? undefined : valueAt(record, mapping.messages);
    if (isConversation(messages)) {
      if (messages.at(-1)?.role !== 'assistant') throw new RowRefused("the last message is not the assistant's");
      return [draft({ prompt: messages.slice(0, -1), completion: messages.slice(-1), label, metadata })];
    }
    const prompt = textAt(record, mapping.prompt, 'prompt');
    return [draft({ prompt, completion: textAt(record, mapping.completion, 'completion'), label, metadata })];
  },
};
