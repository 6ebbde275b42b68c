/** AlpacaEval and AlpacaFarm: two outputs and a preference, 1 the first, 2 the second, 1.5 (or 0) a tie; between them a judge's share. */
import { numberAt, type RecordValue, RowFault, RowRefused } from './format.ts';
import { type Judgement, judgedTable } from './judged-table.ts';

function judgement(record: RecordValue, column: string): Judgement {
  const preference = numberAt(record, column);
  if (preference === null) throw new RowRefused(`"${column}" holds no verdict`);
  if (preference === 0 || preference === 1.5) return { verdict: 'tie' };
  if (preference < 1 || preference > 2)
    throw new RowFault(column, `"${column}" must be 1 to 2, or 0 for a tie; found ${preference}`);
  // a share of 1.2 is a weak word for the first; whole numbers say nothing of strength
  const margin = Number.isInteger(preference) ? null : Math.abs(2 * preference - 3);
  return { verdict: preference < 1.5 ? 'a' : 'b', margin };
}

export const alpacaEval = judgedTable({
  id: 'alpaca-eval',
  title: 'AlpacaEval annotations',
  required: ['instruction', 'output_1', 'output_2', 'preference'],
  mapping: {
    prompt: 'instruction',
    input: 'input',
    answer_a: 'output_1',
    answer_b: 'output_2',
    preference: 'preference',
    annotator: 'annotator',
  },
  judgements: (record, mapping) => [judgement(record, mapping.preference ?? 'preference')],
  perAnswer: { generator: ['generator_1', 'generator_2'] },
});
