/** WebGPT comparisons (2112.09332): two answers with scores that sum to 0; the higher one is better, equal ones are a tie. */
import type { ColumnMapping } from '../../../preload/contract/datasets.ts';
import { numberAt, type RecordValue, RowRefused } from './format.ts';
import { judgedTable } from './judged-table.ts';
import { verdictOfDifference } from './two-answers.ts';

function judgements(record: RecordValue, mapping: ColumnMapping) {
  const [a, b] = [numberAt(record, mapping.score_a), numberAt(record, mapping.score_b)];
  if (a === null || b === null) throw new RowRefused('one of the answers has no score');
  return [{ verdict: verdictOfDifference(a - b) }];
}

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
  judgements,
  perAnswer: { quotes: ['quotes_0', 'quotes_1'], tokens: ['tokens_0', 'tokens_1'] },
});

/** The same where the question is a text. */
export const webgptTexts = judgedTable({
  id: 'webgpt-texts',
  title: 'WebGPT comparisons, questions as text',
  required: ['question', 'answer_0', 'answer_1', 'score_0', 'score_1'],
  mapping: { prompt: 'question', answer_a: 'answer_0', answer_b: 'answer_1', score_a: 'score_0', score_b: 'score_1' },
  judgements,
  perAnswer: { quotes: ['quotes_0', 'quotes_1'], tokens: ['tokens_0', 'tokens_1'] },
});

/** The file that was published: a list of two records a line, each with its answer (see list-lines). */
export const webgptLists = judgedTable({
  id: 'webgpt-lists',
  title: 'WebGPT comparisons, as published',
  required: ['0.question.full_text', '0.answer', '0.score', '1.answer', '1.score'],
  mapping: {
    prompt: '0.question.full_text',
    answer_a: '0.answer',
    answer_b: '1.answer',
    score_a: '0.score',
    score_b: '1.score',
  },
  judgements,
  perAnswer: {
    question: ['0.question', '1.question'],
    quotes: ['0.quotes', '1.quotes'],
    tokens: ['0.tokens', '1.tokens'],
  },
  used: ['0', '1'],
});
