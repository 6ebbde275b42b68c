/** MT-bench judgements and Chatbot Arena votes (2306.05685): two conversations and which model won; those before the judged turn are left out. */
import type { ChatMessage } from '../../../preload/contract/datasets.ts';
import {
  type Format,
  isReadable,
  numberAt,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
  valueAt,
} from './format.ts';
import { listIn } from './lists.ts';
import { splitShared } from './preference-pair.ts';
import { judgedDraft, verdictAt } from './two-answers.ts';

/** The newer Arena sets write the list of turns as JSON text. */
const areTurns = (value: unknown): boolean => Array.isArray(listIn(value)) && isReadable(listIn(value));

/** The conversation up to the answer of that turn, 1-based. */
function conversationTo(record: RecordValue, column: string, turn: number | null): ChatMessage[] {
  const found = textAt({ [column]: listIn(valueAt(record, column)) }, column, column);
  if (typeof found === 'string')
    throw new RowFault(column, `"${column}" is text; a list of {role, content} was expected`);
  if (turn === null) return found;
  const asked = found.flatMap(({ role }, i) => (role === 'user' ? [i] : []));
  return found.slice(0, asked[turn] ?? found.length);
}

/** "author_3", or the parts of a judge's name. */
const judgeOf = ({ judge }: RecordValue): string | null =>
  typeof judge === 'string' ? judge : Array.isArray(judge) ? judge.map(String).join(' ') : null;

export const mtBench: Format = {
  id: 'mt-bench',
  title: 'MT-bench judgements, Arena votes',
  kind: 'preference',
  fields: ['answer_a', 'answer_b', 'preference'],
  mapping: { answer_a: 'conversation_a', answer_b: 'conversation_b', preference: 'winner' },
  sniff(records) {
    const fits = records.filter(
      (r) => areTurns(r.conversation_a) && areTurns(r.conversation_b) && r.winner !== undefined,
    ).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.95 * share, reason: `${percentOf(share)} have two conversations and a winner` };
  },
  read(record, mapping) {
    const turn = numberAt(record, 'turn');
    const a = conversationTo(record, mapping.answer_a ?? 'conversation_a', turn);
    const b = conversationTo(record, mapping.answer_b ?? 'conversation_b', turn);
    const verdict = verdictAt(record, mapping.preference ?? 'winner');
    if ([a, b].some((turns) => turns.at(-1)?.role !== 'assistant'))
      throw new RowRefused("the last message is not the assistant's");
    const split = splitShared(a, b);
    // equal conversations would be all prompt
    const at = Math.min(split.prompt.length, a.length - 1, b.length - 1);
    if (at === 0)
      throw new RowRefused('the conversations begin with different messages: they have no prompt in common');
    return [
      judgedDraft({
        prompt: a.slice(0, at),
        a: a.slice(at),
        b: b.slice(at),
        verdict,
        annotator: judgeOf(record),
        metadata: restOf(record, [...Object.values(mapping), 'judge', 'model_a', 'model_b']),
        perAnswer: { model: [record.model_a, record.model_b] },
      }),
    ];
  },
};
