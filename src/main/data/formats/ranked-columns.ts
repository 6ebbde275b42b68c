/** Answers as a list of texts, their scores or ranks as a list beside it (distilabel, Argilla): the same place in both is the same answer. */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';
import {
  checkedText,
  type Format,
  isConversation,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
} from './format.ts';
import { listIn } from './lists.ts';
import { asAnswer } from './preference-pair.ts';
import { rankedPairs } from './ranked.ts';

const PROMPTS = ['prompt', 'instruction', 'question', 'input', 'query'];
const LISTS = ['generations', 'responses', 'answers', 'completions', 'candidates', 'outputs'];
const SCORES = ['ratings', 'scores', 'rating', 'score', 'rewards'];
const RANKS = ['ranks', 'rank', 'ranking', 'rankings'];

const isAnswers = (value: unknown): value is TextOrChat[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' || isConversation(item));
const isNumbers = (value: unknown): value is (number | null)[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => item === null || typeof item === 'number');

/** The columns of a record that hold prompt, answers and their order. */
function columnsOf(record: RecordValue) {
  const find = (names: readonly string[], fits: (value: unknown) => boolean) =>
    names.find((name) => fits(record[name]));
  return {
    prompt: find(PROMPTS, (value) => typeof value === 'string' || isConversation(value)),
    list: find(LISTS, (value) => isAnswers(listIn(value))),
    order: find([...SCORES, ...RANKS], (value) => isNumbers(listIn(value))),
  };
}

export const rankedColumns: Format = {
  id: 'ranked-answers',
  title: 'Answers with scores or ranks',
  kind: 'preference',
  fields: ['prompt'],
  mapping: {},
  sniff(records) {
    const fits = records.filter((r) => Object.values(columnsOf(r)).every((column) => column !== undefined)).length;
    const share = fits / Math.max(1, records.length);
    // a pair that was made of such a list stands beside it in some sets
    return {
      score: 0.86 * share,
      reason: `${percentOf(share)} have a list of answers and one of their scores or ranks`,
    };
  },
  read(record, mapping) {
    const { prompt: found, list, order } = columnsOf(record);
    const promptColumn = mapping.prompt ?? found;
    const prompt = textAt(record, promptColumn, 'prompt');
    if (list === undefined || order === undefined)
      throw new RowFault(list ?? 'answers', 'a list of answers and a list of their scores or ranks were expected');
    const [answers, numbers] = [listIn(record[list]) as TextOrChat[], listIn(record[order]) as (number | null)[]];
    if (answers.length !== numbers.length)
      throw new RowRefused(`${answers.length} answers in "${list}", ${numbers.length} numbers in "${order}"`);
    const byRank = RANKS.includes(order);
    const ranked = answers.flatMap((text, i) => {
      const number = numbers[i];
      if (number === null) return [];
      const answer = asAnswer(prompt, typeof text === 'string' ? checkedText(text, list) : text);
      const about = byRank ? { rank: number } : {};
      return [{ answer, worth: byRank ? -number : number, score: byRank ? null : number, about }];
    });
    return rankedPairs(prompt, ranked, restOf(record, [promptColumn, list, order]));
  },
};
