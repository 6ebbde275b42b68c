/** Pairs whose chosen or rejected answer is a list of answers: each chosen one is preferred to each rejected one. */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';
import {
  checkedText,
  draft,
  type Format,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
  valueAt,
} from './format.ts';
import { listIn } from './lists.ts';
import { isBlank, isReadable, messagesOf } from './messages.ts';
import { annotatorAt, asAnswer, sameText } from './preference-pair.ts';

/** What sets call the answers: TRL, and Anthropic's model-written evaluations, whose other answers may be several. */
const SIDES = [
  { chosen: 'chosen', rejected: 'rejected' },
  { chosen: 'answer_matching_behavior', rejected: 'answer_not_matching_behavior' },
] as const;

const PROMPTS = ['prompt', 'instruction', 'question', 'input', 'query'];
/** More would make a million pairs of one row. */
const MAX_PAIRS = 10_000;

/** A list of texts, or of conversations; one text or conversation is no list of answers. */
const isList = (value: unknown): value is unknown[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((item) => (typeof item === 'string' || Array.isArray(item)) && isReadable(item));

const sidesOf = (record: RecordValue) => SIDES.find(({ rejected }) => record[rejected] !== undefined) ?? SIDES[0];

const promptColumn = (record: RecordValue): string | undefined => PROMPTS.find((name) => isReadable(record[name]));

function answersAt(record: RecordValue, column: string, prompt: TextOrChat): TextOrChat[] {
  const value = listIn(valueAt(record, column));
  if (!isList(value)) return [asAnswer(prompt, textAt(record, column, column))];
  return value.flatMap((item) => {
    const answer = typeof item === 'string' ? checkedText(item, column) : messagesOf(item);
    if (answer === undefined) throw new RowFault(column, `"${column}" holds something that is no answer`);
    return isBlank(answer) ? [] : [asAnswer(prompt, answer)];
  });
}

export const severalAnswers: Format = {
  id: 'several-answers',
  title: 'Several chosen or rejected answers',
  kind: 'preference',
  fields: ['prompt', 'chosen', 'rejected', 'annotator'],
  mapping: { annotator: 'annotator' },
  sniff(records) {
    const fits = records.filter((record) => {
      const { chosen, rejected } = sidesOf(record);
      const sides = [listIn(record[chosen]), listIn(record[rejected])];
      return promptColumn(record) !== undefined && sides.some(isList) && sides.every((s) => isList(s) || isReadable(s));
    }).length;
    const share = fits / Math.max(1, records.length);
    // surer than pairs, whose sniff takes a list in CSV for its text
    return { score: 0.97 * share, reason: `${percentOf(share)} have a prompt and several chosen or rejected answers` };
  },
  read(record, mapping) {
    const column = mapping.prompt ?? promptColumn(record);
    const prompt = textAt(record, column, 'prompt');
    const sides = { ...sidesOf(record), ...mapping };
    const chosen = answersAt(record, sides.chosen, prompt);
    const rejected = answersAt(record, sides.rejected, prompt);
    if (chosen.length * rejected.length > MAX_PAIRS)
      throw new RowRefused(
        `${chosen.length} chosen and ${rejected.length} rejected answers; at most ${MAX_PAIRS} pairs`,
      );
    const metadata = restOf(record, [column, ...Object.values(sides)]);
    const annotator = annotatorAt(record, mapping.annotator);
    const pairs = chosen.flatMap((good) =>
      rejected.filter((bad) => !sameText(good, bad)).map((bad) => ({ chosen: good, rejected: bad })),
    );
    if (pairs.length === 0) throw new RowRefused('no chosen answer and another rejected one: no pair');
    return pairs.map((pair) => draft({ prompt, ...pair, annotator, metadata }));
  },
};
