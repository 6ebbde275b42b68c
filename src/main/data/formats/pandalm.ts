/** PandaLM (2306.05087): an instruction, two responses, and a number of each annotator: 0 a tie, 1 the first, 2 the second. Each annotator makes a pair. */
import { type RecordValue, RowRefused } from './format.ts';
import { type Judgement, judgedTable } from './judged-table.ts';
import { verdictAt } from './two-answers.ts';

/** The verdict that begins an output of the training set: "1", "2" or "Tie", then a reason and a reference. */
const VERDICT = /^\s*(1|2|tie)\s*(?:\n|$)/i;

/** PandaLM's training set: ChatGPT's verdict, reason and reference as one text. */
export const pandalmTraining = judgedTable({
  id: 'pandalm-training',
  title: 'PandaLM, training',
  required: ['instruction', 'response1', 'response2', 'output'],
  mapping: { prompt: 'instruction', input: 'input', answer_a: 'response1', answer_b: 'response2' },
  fits: (record) => VERDICT.test(String(record.output)),
  judgements(record): Judgement[] {
    const word = VERDICT.exec(String(record.output))?.[1];
    if (word === undefined) throw new RowRefused('"output" does not begin with a verdict: 1, 2 or Tie');
    return [{ verdict: verdictAt({ verdict: word }, 'verdict') }];
  },
});

const annotatorsOf = (record: RecordValue): string[] => Object.keys(record).filter((key) => /^annotator\d+$/.test(key));

export const pandalm = judgedTable({
  id: 'pandalm',
  title: 'PandaLM, several annotators',
  required: ['instruction', 'response1', 'response2'],
  mapping: { prompt: 'instruction', input: 'input', answer_a: 'response1', answer_b: 'response2' },
  fits: (record) => annotatorsOf(record).length > 0,
  judgements(record): Judgement[] {
    const named = annotatorsOf(record).filter((column) => (record[column] ?? '') !== '');
    if (named.length === 0) throw new RowRefused('no annotator judged this row');
    return named.map((annotator) => ({ verdict: verdictAt(record, annotator), annotator }));
  },
});
