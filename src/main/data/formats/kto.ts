/** KTO's unpaired format: prompt, completion and whether it is wanted; or one conversation with a label. */
import { draft, type Format, isConversation, RowRefused, restOf, textAt, valueAt } from './format.ts';

function labelAt(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 1) return true;
  if (value === 'false' || value === 0) return false;
  throw new RowRefused(`the label must be true or false, found ${JSON.stringify(value)?.slice(0, 40)}`);
}

export const kto: Format = {
  id: 'kto',
  title: 'KTO, unpaired',
  kind: 'unpaired',
  fields: ['prompt', 'completion', 'messages', 'label'],
  mapping: { prompt: 'prompt', completion: 'completion', messages: 'messages', label: 'label' },
  sniff(records) {
    const fits = records.filter(
      (r) =>
        typeof r.label === 'boolean' &&
        (isConversation(r.messages) || (r.prompt !== undefined && r.completion !== undefined)),
    ).length;
    const share = records.length === 0 ? 0 : fits / records.length;
    return {
      score: 0.95 * share,
      reason: `${Math.round(100 * share)}% of the first rows have an answer and a true/false label`,
    };
  },
  read(record, mapping) {
    const label = labelAt(mapping.label === undefined ? undefined : valueAt(record, mapping.label));
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
