/** TruthfulQA without a best wrong answer (2109.07958): its best answer against each incorrect one, which are a list or one text with semicolons. */
import {
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
import { isBlank } from './messages.ts';

/** Columns as the CSV and as Hugging Face's tables call them. */
const NAMES = [
  { prompt: 'Question', chosen: 'Best Answer', rejected: 'Incorrect Answers' },
  { prompt: 'question', chosen: 'best_answer', rejected: 'incorrect_answers' },
] as const;

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

const namesOf = (record: RecordValue) =>
  NAMES.find(({ prompt, chosen, rejected }) => {
    const wrong = record[rejected];
    return (
      [record[prompt], record[chosen]].every((v) => typeof v === 'string') &&
      (typeof wrong === 'string' || isTexts(wrong))
    );
  });

function incorrectAt(record: RecordValue, column: string): string[] {
  const found = valueAt(record, column);
  const texts = typeof found === 'string' ? found.split(';').map((text) => text.trim()) : found;
  if (!isTexts(texts))
    throw new RowFault(column, `"${column}" must be a list of texts, or texts with semicolons between them`);
  return texts.filter((text) => !isBlank(text));
}

export const truthfulQaAnswers: Format = {
  id: 'truthfulqa-answers',
  title: 'TruthfulQA, all incorrect answers',
  kind: 'preference',
  fields: ['prompt', 'chosen', 'rejected'],
  mapping: {},
  sniff(records) {
    const fits = records.filter((r) => namesOf(r) !== undefined && r['Best Incorrect Answer'] === undefined).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.88 * share, reason: `${percentOf(share)} have a question, a best answer and incorrect ones` };
  },
  read(record, mapping) {
    const columns = { ...NAMES[0], ...namesOf(record), ...mapping };
    const prompt = textAt(record, columns.prompt, 'prompt');
    const chosen = textAt(record, columns.chosen, 'chosen');
    const wrong = incorrectAt(record, columns.rejected).filter((text) => text !== chosen);
    if (chosen.length === 0 || wrong.length === 0) throw new RowRefused('a best and an incorrect answer were expected');
    const metadata = restOf(record, Object.values(columns));
    return wrong.map((rejected) => draft({ prompt, chosen, rejected, metadata }));
  },
};
