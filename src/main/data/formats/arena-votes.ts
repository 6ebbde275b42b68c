/** Arena votes as a table (LMSYS 55k): prompt and responses are lists of texts, one a turn, written as JSON; one of three columns says who won. */
import type { ChatMessage } from '../../../preload/contract/datasets.ts';
import {
  checkedText,
  type Format,
  labelAt,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  valueAt,
} from './format.ts';
import { listIn } from './lists.ts';
import { splitShared } from './preference-pair.ts';
import { judgedDraft, type Verdict } from './two-answers.ts';

const WINNERS: readonly (readonly [column: string, verdict: Verdict])[] = [
  ['winner_model_a', 'a'],
  ['winner_model_b', 'b'],
  ['winner_tie', 'tie'],
];

const isTexts = (value: unknown): value is (string | null)[] =>
  Array.isArray(value) && value.length > 0 && value.every((text) => text === null || typeof text === 'string');

function textsAt(record: RecordValue, column: string): string[] {
  const texts = listIn(valueAt(record, column));
  if (!isTexts(texts)) throw new RowFault(column, `"${column}" must be a list of texts, one a turn`);
  if (texts.includes(null)) throw new RowRefused(`"${column}" lacks the text of a turn`);
  return texts.map((text) => checkedText(text ?? '', column));
}

const turnsOf = (asked: readonly string[], answers: readonly string[]): ChatMessage[] =>
  asked.flatMap((content, i) => [
    { role: 'user', content },
    { role: 'assistant', content: answers[i] },
  ]);

export const arenaVotes: Format = {
  id: 'arena-votes',
  title: 'Arena votes, a table',
  kind: 'preference',
  fields: ['prompt', 'answer_a', 'answer_b'],
  mapping: { prompt: 'prompt', answer_a: 'response_a', answer_b: 'response_b' },
  sniff(records) {
    const fits = records.filter(
      (r) => WINNERS.every(([column]) => r[column] !== undefined) && isTexts(listIn(r.prompt)),
    ).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.98 * share, reason: `${percentOf(share)} have turns, two responses and a winner` };
  },
  read(record, mapping) {
    const asked = textsAt(record, mapping.prompt ?? 'prompt');
    const answers = [mapping.answer_a ?? 'response_a', mapping.answer_b ?? 'response_b'].map((c) => textsAt(record, c));
    if (answers.some((texts) => texts.length !== asked.length))
      throw new RowRefused(`${asked.length} questions, and ${answers.map((t) => t.length).join(' and ')} answers`);
    const won = WINNERS.filter(([column]) => labelAt(record, column));
    if (won.length !== 1) throw new RowRefused(`${won.length} of the columns winner_… are set; one was expected`);
    const [a, b] = answers.map((texts) => turnsOf(asked, texts));
    const at = Math.min(splitShared(a, b).prompt.length, a.length - 1);
    return [
      judgedDraft({
        prompt: a.slice(0, at),
        a: a.slice(at),
        b: b.slice(at),
        verdict: won[0][1],
        metadata: restOf(record, [...Object.values(mapping), ...WINNERS.map(([c]) => c), 'model_a', 'model_b']),
        perAnswer: { model: [record.model_a, record.model_b] },
      }),
    ];
  },
};
