/** TRL's preference format: prompt, chosen, rejected; texts or conversations. */
import type { ColumnMapping } from '../../../preload/contract/datasets.ts';
import { type Draft, type Format, percentOf, type RecordValue, shareWith, textAt } from './format.ts';
import { type Answers, answersAt, BESIDE_A_PAIR, BESIDE_FIELDS, pairDraft, splitShared } from './preference-pair.ts';

export function readPreference(record: RecordValue, mapping: ColumnMapping): readonly Draft[] {
  const prompt = textAt(record, mapping.prompt, 'prompt');
  const answers = answersAt(record, mapping);
  if (typeof prompt !== 'string' || typeof answers.chosen === 'string')
    return [pairDraft(record, mapping, prompt, answers)];
  const split = inConversation(prompt, answers);
  return [pairDraft(record, mapping, split.prompt, split)];
}

/** A prompt as text beside answers as conversations: these repeat it as their first messages (the H4 sets of Hugging Face), else it becomes the first message. */
function inConversation(prompt: string, answers: Answers) {
  const split = splitShared(answers.chosen, answers.rejected);
  return split.prompt.length > 0 ? split : { ...answers, prompt: [{ role: 'user', content: prompt }] };
}

export const trlPreference: Format = {
  id: 'trl',
  title: 'TRL preference, explicit prompt',
  kind: 'preference',
  fields: ['prompt', 'chosen', 'rejected', ...BESIDE_FIELDS],
  mapping: { prompt: 'prompt', chosen: 'chosen', rejected: 'rejected', ...BESIDE_A_PAIR },
  sniff(records) {
    const share = shareWith(records, ['prompt', 'chosen', 'rejected']);
    return { score: 0.9 * share, reason: `${percentOf(share)} have prompt, chosen and rejected` };
  },
  read: readPreference,
};
