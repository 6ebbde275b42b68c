/** MT-bench's questions (2306.05685): turns of a user, of which the first is the prompt; the others stand in the metadata. */
import { checkedText, draft, type Format, percentOf, RowFault, restOf } from './format.ts';

const isTurns = (value: unknown): value is [string, ...string[]] =>
  Array.isArray(value) && value.length > 0 && value.every((turn) => typeof turn === 'string' && turn !== '');

export const mtBenchQuestions: Format = {
  id: 'mt-bench-questions',
  title: 'MT-bench questions',
  kind: 'prompts',
  fields: [],
  mapping: {},
  sniff(records) {
    const fits = records.filter((r) => isTurns(r.turns) && r.question_id !== undefined).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.9 * share, reason: `${percentOf(share)} are questions in turns` };
  },
  read(record) {
    const { turns } = record;
    if (!isTurns(turns)) throw new RowFault('turns', '"turns" must be a list of texts');
    const metadata = turns.length > 1 ? record : restOf(record, ['turns']);
    return [draft({ prompt: checkedText(turns[0], 'turns'), metadata: { ...metadata } })];
  },
};
