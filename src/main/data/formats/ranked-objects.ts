/** Sets whose rows hold a list of answers, each an object with its score or rank. */
import type { ColumnMapping, TextOrChat } from '../../../preload/contract/datasets.ts';
import { isDialogue, turnsOfDialogue } from './anthropic-hh.ts';
import { type Format, isRecord, numberAt, percentOf, type RecordValue, RowFault, restOf, textAt } from './format.ts';
import { listIn } from './lists.ts';
import { asAnswer } from './preference-pair.ts';
import { type RankedAnswer, rankedPairs } from './ranked.ts';

interface RankedSet {
  readonly id: string;
  readonly title: string;
  readonly prompt: string;
  /** The column of the list. */
  readonly list: string;
  /** What each object of the list calls its text, and the number that orders it. */
  readonly text: string;
  readonly order: string;
  /** Ranks count down from the best; scores count up to it. */
  readonly by: 'rank' | 'score';
  promptOf?(prompt: TextOrChat): TextOrChat;
}

function answersAt(record: RecordValue, set: RankedSet, prompt: TextOrChat): RankedAnswer[] {
  const list = listIn(record[set.list]);
  if (!Array.isArray(list)) throw new RowFault(set.list, `"${set.list}" must be a list of answers`);
  return list.flatMap((item: unknown) => {
    if (!isRecord(item)) throw new RowFault(set.list, `"${set.list}" holds something that is no answer`);
    const number = numberAt(item, set.order);
    // without a number nobody knows its place
    if (number === null) return [];
    // a "score" is that of the answer, and would stand under that name twice
    const about = restOf(item, [set.text, set.order === 'score' ? set.order : undefined]);
    const answer = asAnswer(prompt, textAt(item, set.text, set.list));
    const byRank = set.by === 'rank';
    return [{ answer, worth: byRank ? -number : number, score: byRank ? null : number, about }];
  });
}

const rankedSet = (set: RankedSet): Format => ({
  id: set.id,
  title: set.title,
  kind: 'preference',
  fields: ['prompt'],
  mapping: { prompt: set.prompt },
  sniff(records) {
    const fits = records.filter((r) => {
      const list = listIn(r[set.list]);
      return (
        r[set.prompt] !== undefined &&
        Array.isArray(list) &&
        list.length > 0 &&
        list.every((item) => isRecord(item) && item[set.text] !== undefined && item[set.order] !== undefined)
      );
    }).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.95 * share, reason: `${percentOf(share)} have a list of ${set.list}, each with a ${set.order}` };
  },
  read(record: RecordValue, mapping: ColumnMapping) {
    const found = textAt(record, mapping.prompt, 'prompt');
    const prompt = set.promptOf?.(found) ?? found;
    return rankedPairs(prompt, answersAt(record, set, prompt), restOf(record, [...Object.values(mapping), set.list]));
  },
});

/** UltraFeedback as it was published (2310.01377): four completions of an instruction, each with an overall score. */
export const ultrafeedbackRanked = rankedSet({
  id: 'ultrafeedback-ranked',
  title: 'UltraFeedback, all completions',
  prompt: 'instruction',
  list: 'completions',
  text: 'response',
  order: 'overall_score',
  by: 'score',
});

/** Nectar: seven answers to an HH dialogue, rank 1 the best. */
export const nectar = rankedSet({
  id: 'nectar',
  title: 'Nectar, ranked answers',
  prompt: 'prompt',
  list: 'answers',
  text: 'answer',
  order: 'rank',
  by: 'rank',
  promptOf: (prompt) => (isDialogue(prompt) ? openTurns(prompt) : prompt),
});

/** A dialogue that ends with "Assistant:" asks for the answer: that turn is not there yet. */
function openTurns(dialogue: string): TextOrChat {
  const turns = turnsOfDialogue(dialogue, 'prompt');
  return turns.at(-1)?.role === 'assistant' && turns.at(-1)?.content.trim() === '' ? turns.slice(0, -1) : turns;
}

/** The comparison data of "Instruction Tuning with GPT-4" (2304.03277): answers of several models with GPT-4's scores. */
export const scoredResponses = rankedSet({
  id: 'responses-and-scores',
  title: 'Responses and scores, GPT-4 comparisons',
  prompt: 'user_input',
  list: 'responses_and_scores',
  text: 'response',
  order: 'score',
  by: 'score',
});

/** NeMo-RL's preference data: completions of a conversation, rank 0 the best. */
export const nemoRanked = rankedSet({
  id: 'nemo-ranked',
  title: 'NeMo-RL, ranked completions',
  prompt: 'context',
  list: 'completions',
  text: 'completion',
  order: 'rank',
  by: 'rank',
});

/** Stack Exchange questions with all their answers, ordered by their votes (pm_score). */
export const stackExchangeRanked = rankedSet({
  id: 'stack-exchange-ranked',
  title: 'Stack Exchange, all answers',
  prompt: 'question',
  list: 'answers',
  text: 'text',
  order: 'pm_score',
  by: 'score',
});
