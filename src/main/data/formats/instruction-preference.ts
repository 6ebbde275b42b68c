/** Instructions with a better and a worse answer; an input that is not empty follows the instruction on a line of its own. */
import { type Format, pairDraft, RowRefused, shareWith, textAt, valueAt } from './format.ts';

export const instructionPreference: Format = {
  id: 'instruction-preference',
  title: 'Instructions with preference',
  kind: 'preference',
  fields: ['prompt', 'input', 'chosen', 'rejected'],
  mapping: { prompt: 'instruction', input: 'input', chosen: 'chosen', rejected: 'rejected' },
  sniff(records) {
    const share = shareWith(records, ['instruction', 'chosen', 'rejected']);
    return {
      score: 0.92 * share,
      reason: `${Math.round(100 * share)}% of the first rows have instruction, chosen and rejected`,
    };
  },
  read(record, mapping) {
    const instruction = textAt(record, mapping.prompt, 'prompt');
    if (typeof instruction !== 'string')
      throw new RowRefused('the instruction is a list of messages; text was expected');
    const input = mapping.input === undefined ? undefined : valueAt(record, mapping.input);
    const prompt = typeof input === 'string' && input.trim() !== '' ? `${instruction}\n${input}` : instruction;
    const chosen = textAt(record, mapping.chosen, 'chosen');
    const rejected = textAt(record, mapping.rejected, 'rejected');
    return [pairDraft(record, mapping, `${prompt}\n`, chosen, rejected)];
  },
};
