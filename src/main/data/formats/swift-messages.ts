/** ms-swift's preference data: a whole conversation, and beside it the answer that was rejected, as text or as a whole conversation of its own. */
import { conversationAt, type Format, isReadable, percentOf, RowFault, RowRefused, textAt } from './format.ts';
import { listIn } from './lists.ts';
import { BESIDE_A_PAIR, BESIDE_FIELDS, pairDraft, sameText } from './preference-pair.ts';

const isChat = (value: unknown): boolean => Array.isArray(listIn(value)) && isReadable(listIn(value));

export const swiftResponse: Format = {
  id: 'swift-response',
  title: 'ms-swift, messages with rejected_response',
  kind: 'preference',
  fields: ['messages', 'rejected', ...BESIDE_FIELDS],
  mapping: { messages: 'messages', rejected: 'rejected_response', ...BESIDE_A_PAIR },
  sniff(records) {
    const fits = records.filter((r) => isChat(r.messages) && typeof r.rejected_response === 'string').length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.92 * share, reason: `${percentOf(share)} have messages and rejected_response` };
  },
  read(record, mapping) {
    const { prompt, completion: chosen } = conversationAt(record, mapping.messages ?? 'messages');
    const column = mapping.rejected ?? 'rejected_response';
    const text = textAt(record, column, 'rejected');
    if (typeof text !== 'string') throw new RowFault(column, `"${column}" is a conversation; text was expected`);
    return [pairDraft(record, mapping, prompt, { chosen, rejected: [{ role: 'assistant', content: text }] })];
  },
};

export const swiftMessages: Format = {
  id: 'swift-messages',
  title: 'ms-swift, messages with rejected_messages',
  kind: 'preference',
  fields: ['messages', 'rejected', ...BESIDE_FIELDS],
  mapping: { messages: 'messages', rejected: 'rejected_messages', ...BESIDE_A_PAIR },
  sniff(records) {
    const share =
      records.filter((r) => isChat(r.messages) && isChat(r.rejected_messages)).length / Math.max(1, records.length);
    return { score: 0.92 * share, reason: `${percentOf(share)} have messages and rejected_messages` };
  },
  read(record, mapping) {
    const chosen = conversationAt(record, mapping.messages ?? 'messages');
    const rejected = conversationAt(record, mapping.rejected ?? 'rejected_messages');
    if (!sameText(chosen.prompt, rejected.prompt))
      throw new RowRefused('the conversations differ before the last message of the assistant');
    return [pairDraft(record, mapping, chosen.prompt, { chosen: chosen.completion, rejected: rejected.completion })];
  },
};
