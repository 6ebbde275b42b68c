/** What all formats of pairs share: reading both answers, splitting off a prompt they share, and whether a pair carries a signal. */
import type { ChatMessage, ColumnMapping, MappingField, TextOrChat } from '../../../preload/contract/datasets.ts';
import { WideNumber } from '../records/exact-json.ts';
import {
  booleanAt,
  checkedText,
  type Draft,
  draft,
  numberAt,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
  valueAt,
} from './format.ts';
import { isBlank } from './messages.ts';

/** What may stand beside the answers of a pair, under the names that our own export writes. */
export const BESIDE_A_PAIR = {
  margin: 'margin',
  tie: 'tie',
  score_chosen: 'score_chosen',
  score_rejected: 'score_rejected',
  annotator: 'annotator',
} as const satisfies ColumnMapping;
export const BESIDE_FIELDS: readonly MappingField[] = ['margin', 'score_chosen', 'score_rejected', 'tie', 'annotator'];

export interface Answers {
  readonly chosen: TextOrChat;
  readonly rejected: TextOrChat;
}

/** Both answers of a pair: two texts or two conversations. */
export function answersAt(record: RecordValue, mapping: ColumnMapping): Answers {
  const chosen = textAt(record, mapping.chosen, 'chosen');
  const rejected = textAt(record, mapping.rejected, 'rejected');
  if (typeof chosen !== typeof rejected)
    throw new RowFault(mapping.rejected ?? 'rejected', 'chosen and rejected must both be text or both conversations');
  return { chosen, rejected };
}

/** An answer in the form of its prompt: text after text, the assistant's message after a conversation. */
export const asAnswer = (prompt: TextOrChat, answer: TextOrChat): TextOrChat =>
  typeof prompt === 'string' || typeof answer !== 'string' ? answer : [{ role: 'assistant', content: answer }];

/** What both answers begin with is the prompt (TRL's extract_prompt); a space before the answers goes to them, because tokens begin with their space. */
export function splitShared(chosen: TextOrChat, rejected: TextOrChat): Answers & { readonly prompt: TextOrChat } {
  const limit = Math.min(chosen.length, rejected.length);
  const same = (i: number) =>
    typeof chosen === 'string' || typeof rejected === 'string'
      ? chosen[i] === rejected[i]
      : sameMessage(chosen[i], rejected[i]);
  let shared = 0;
  while (shared < limit && same(shared)) shared++;
  if (typeof chosen === 'string' && shared < limit && shared > 0) {
    const last = chosen.charCodeAt(shared - 1);
    // never between the halves of a surrogate pair
    if (last === 32 || (last >= 0xd800 && last < 0xdc00)) shared--;
  }
  return { prompt: chosen.slice(0, shared), chosen: chosen.slice(shared), rejected: rejected.slice(shared) };
}

/** What the answers of a pair begin with must be an answer: two conversations that differ in a question are no pair. Throws RowRefused. */
export function checkQuestion({ chosen, rejected }: Answers): void {
  for (const answer of [chosen, rejected])
    if (typeof answer !== 'string' && answer[0]?.role === 'user')
      throw new RowRefused('the conversations differ in a message of the user: they answer different prompts');
}

const sameMessage = (a: ChatMessage, b: ChatMessage): boolean => a.role === b.role && a.content === b.content;

export const sameText = (a: TextOrChat, b: TextOrChat): boolean =>
  typeof a === 'string' || typeof b === 'string'
    ? a === b
    : a.length === b.length && a.every((message, i) => sameMessage(message, b[i]));

/** A pair with what stands beside it; refused when an answer is empty, or when both are equal and the row does not call it a tie. Equal scores are a tie, unless the row says that it is none. */
export function pairDraft(
  record: RecordValue,
  mapping: ColumnMapping,
  prompt: TextOrChat,
  { chosen, rejected }: Answers,
): Draft {
  const scoreChosen = numberAt(record, mapping.score_chosen);
  const scoreRejected = numberAt(record, mapping.score_rejected);
  const said = mapping.tie === undefined ? null : booleanAt(record, mapping.tie);
  if (said !== true && !isBlank(chosen) && sameText(chosen, rejected)) throw new IdenticalPair(chosen);
  const difference = scoreChosen !== null && scoreRejected !== null ? scoreChosen - scoreRejected : null;
  return draft({
    prompt,
    chosen,
    rejected,
    scoreChosen,
    scoreRejected,
    tie: said ?? difference === 0,
    margin: numberAt(record, mapping.margin) ?? difference,
    annotator: annotatorAt(record, mapping.annotator),
    metadata: restOf(record, Object.values(mapping)),
  });
}

/** Who judged: a name, or a number that serves as one; null where nobody is named. */
export function annotatorAt(record: RecordValue, column: string | undefined): string | null {
  const value = column === undefined ? null : (valueAt(record, column) ?? null);
  if (value === null || value === '' || column === undefined) return null;
  if (typeof value === 'number' || value instanceof WideNumber) return String(value);
  if (typeof value !== 'string')
    throw new RowFault(column, `"${column}" must be a name, found ${JSON.stringify(value)?.slice(0, 40)}`);
  return checkedText(value, column);
}

/** The answer; of a conversation its last message. */
const endOfAnswer = (answer: TextOrChat): string =>
  typeof answer === 'string' ? answer : (answer.at(-1)?.content ?? '');

/** Counted apart in the report: such a pair teaches nothing. */
export class IdenticalPair extends RowRefused {
  constructor(answer: TextOrChat) {
    super('chosen and rejected are identical: no signal', endOfAnswer(answer));
    this.name = 'IdenticalPair';
  }
}
