/** Instructions with a better and a worse answer, as "Build a Large Language Model" has them: an input that is not empty follows the instruction on a line of its own, and a line end closes the prompt. */

import { readPair } from './columns.ts';
import { type Format, percentOf, RowFault, shareWith, textAt, valueAt } from './format.ts';
import { answersAt, BESIDE_A_PAIR, BESIDE_FIELDS, pairDraft } from './preference-pair.ts';

export const instructionPreference: Format = {
  id: 'instruction-preference',
  title: 'Instructions with preference',
  kind: 'preference',
  fields: ['prompt', 'system', 'history', 'input', 'chosen', 'rejected', ...BESIDE_FIELDS],
  mapping: {
    prompt: 'instruction',
    system: 'system',
    history: 'history',
    input: 'input',
    chosen: 'chosen',
    rejected: 'rejected',
    ...BESIDE_A_PAIR,
  },
  sniff(records) {
    const share = shareWith(records, ['instruction', 'chosen', 'rejected']);
    return { score: 0.92 * share, reason: `${percentOf(share)} have instruction, chosen and rejected` };
  },
  read(record, mapping) {
    // LLaMA-Factory's tables have these, and answer a conversation
    if (mapping.system !== undefined || mapping.history !== undefined) return readPair(record, mapping);
    const instruction = textAt(record, mapping.prompt, 'prompt');
    if (typeof instruction !== 'string')
      throw new RowFault(mapping.prompt ?? 'prompt', 'the instruction is a list of messages; text was expected');
    const answers = answersAt(record, mapping);
    // a prompt of text has no line end before a conversation
    if (typeof answers.chosen !== 'string') return readPair(record, mapping);
    const input = mapping.input === undefined ? undefined : valueAt(record, mapping.input);
    const prompt = typeof input === 'string' && input.trim() !== '' ? `${instruction}\n${input}` : instruction;
    return [pairDraft(record, mapping, `${prompt}\n`, answers)];
  },
};
