/** TRL's preference format: prompt, chosen, rejected; texts or conversations. */
import type { ChatMessage, ColumnMapping, TextOrChat } from '../../../preload/contract/datasets.ts';
import { isWholeDialogue } from './anthropic-hh.ts';
import { type Draft, type Format, percentOf, type RecordValue, RowRefused, shareWith, textAt } from './format.ts';
import {
  type Answers,
  answersAt,
  asAnswer,
  BESIDE_A_PAIR,
  BESIDE_FIELDS,
  checkQuestion,
  pairDraft,
  sameText,
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
  if (typeof prompt !== 'string') return afterChat(prompt, asAnswer(prompt, chosen), asAnswer(prompt, rejected));
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

/** Whether an answer begins with somebody else's message: it is a whole conversation. */
const isWhole = (answer: TextOrChat): boolean =>
  typeof answer !== 'string' && answer.length > 1 && (answer[0]?.role === 'user' || answer[0]?.role === 'system');

const endsWith = (longer: readonly ChatMessage[], shorter: readonly ChatMessage[]): boolean =>
  shorter.length <= longer.length && sameText(longer.slice(longer.length - shorter.length), [...shorter]);

/** Answers that are whole conversations repeat the prompt: whichever says more of what came before them (a system text) is kept. Throws RowRefused where they answer something else. */
function afterChat(prompt: ChatMessage[], chosen: TextOrChat, rejected: TextOrChat): ReturnType<typeof splitShared> {
  if (!isWhole(chosen) && !isWhole(rejected)) return { prompt, chosen, rejected };
  const split = splitShared(chosen, rejected);
  const repeated = split.prompt as ChatMessage[];
  const said = (messages: ChatMessage[]) => messages.filter(({ role, content }) => role !== 'system' || content !== '');
  const isPrompt = endsWith(repeated, said(prompt)) || endsWith(prompt, said(repeated));
  if (repeated.length === 0 || !isPrompt)
    throw new RowRefused('the answers are whole conversations, which do not begin with the prompt');
  checkQuestion(split);
  return { ...split, prompt: said(repeated).length < said(prompt).length ? prompt : repeated };
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
