/** TRL's preference format: prompt, chosen, rejected; texts or conversations. */
import type { ColumnMapping, TextOrChat } from '../../../preload/contract/datasets.ts';
import { isWholeDialogue } from './anthropic-hh.ts';
import { type Draft, type Format, percentOf, type RecordValue, shareWith, textAt } from './format.ts';
import {
  type Answers,
  answersAt,
  asAnswer,
  BESIDE_A_PAIR,
  BESIDE_FIELDS,
  checkQuestion,
  pairDraft,
  splitShared,
} from './preference-pair.ts';

export function readPreference(record: RecordValue, mapping: ColumnMapping): readonly Draft[] {
  const whole = withPrompt(textAt(record, mapping.prompt, 'prompt'), answersAt(record, mapping));
  return [pairDraft(record, mapping, whole.prompt, whole)];
}

/**
 * Prompt and answers in one form. A prompt as text beside answers as conversations: these repeat it as their first messages
 * (the H4 sets of Hugging Face), else it becomes the first message. A text that answers a conversation is the assistant's.
 */
export function withPrompt(
  prompt: TextOrChat,
  { chosen, rejected }: Answers,
): Answers & { readonly prompt: TextOrChat } {
  if (typeof prompt !== 'string')
    return { prompt, chosen: asAnswer(prompt, chosen), rejected: asAnswer(prompt, rejected) };
  if (typeof chosen === 'string') {
    // a dialogue that stands whole in both answers as well is no part of them
    const isRepeated =
      isWholeDialogue(prompt) && [chosen, rejected].every((answer) => String(answer).startsWith(prompt));
    return isRepeated
      ? { prompt, chosen: chosen.slice(prompt.length), rejected: rejected.slice(prompt.length) }
      : { prompt, chosen, rejected };
  }
  const split = splitShared(chosen, rejected);
  checkQuestion(split);
  return split.prompt.length > 0 ? split : { chosen, rejected, prompt: [{ role: 'user', content: prompt }] };
}

export const trlPreference: Format = {
  id: 'trl',
  title: 'TRL preference, explicit prompt',
  kind: 'preference',
  fields: ['prompt', 'chosen', 'rejected', ...BESIDE_FIELDS],
  mapping: { prompt: 'prompt', chosen: 'chosen', rejected: 'rejected', ...BESIDE_A_PAIR },
  sniff(records) {
    const share = shareWith(records, ['prompt', 'chosen', 'rejected']);
    // surer than tables that have such columns beside others: our own export writes these three
    return { score: 0.96 * share, reason: `${percentOf(share)} have prompt, chosen and rejected` };
  },
  read: readPreference,
};
