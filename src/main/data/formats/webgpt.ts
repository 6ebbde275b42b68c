/** WebGPT comparisons (2112.09332): two answers with scores that sum to 0; the higher one is better, equal ones are a tie. */
import { numberAt, RowRefused } from './format.ts';
import { judgedTable } from './judged-table.ts';
import { verdictOfDifference } from './two-answers.ts';

export const webgpt = judgedTable({
  id: 'webgpt',
  title: 'WebGPT comparisons',
  required: ['question.full_text', 'answer_0', 'answer_1', 'score_0', 'score_1'],
  mapping: {
    prompt: 'question.full_text',
    answer_a: 'answer_0',
    answer_b: 'answer_1',
    score_a: 'score_0',
    score_b: 'score_1',
  },
  judgements(record, mapping) {
    const [a, b] = [numberAt(record, mapping.score_a), numberAt(record, mapping.score_b)];
    if (a === null || b === null) throw new RowRefused('one of the answers has no score');
    return [{ verdict: verdictOfDifference(a - b) }];
  },
  perAnswer: { quotes: ['quotes_0', 'quotes_1'], tokens: ['tokens_0', 'tokens_1'] },
});
