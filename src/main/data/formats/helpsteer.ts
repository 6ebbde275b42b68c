/** HelpSteer 2 and 3 preferences (2410.01257, 2505.11475): two responses and a strength from -3 (the first) over 0 (a tie) to 3 (the second). */
import { numberAt, type RecordValue, RowRefused } from './format.ts';
import { type Judgement, judgedTable } from './judged-table.ts';
import { verdictOfDifference } from './two-answers.ts';

function judgement(record: RecordValue, column: string): Judgement {
  const strength = numberAt(record, column);
  if (strength === null) throw new RowRefused(`"${column}" holds no verdict`);
  return { verdict: verdictOfDifference(-strength), margin: Math.abs(strength) };
}

export const helpsteer2 = judgedTable({
  id: 'helpsteer2',
  title: 'HelpSteer2 preferences',
  required: ['prompt', 'response_1', 'response_2', 'preference_strength'],
  mapping: { prompt: 'prompt', answer_a: 'response_1', answer_b: 'response_2', preference: 'preference_strength' },
  judgements: (record, mapping) => [judgement(record, mapping.preference ?? 'preference_strength')],
});

export const helpsteer3 = judgedTable({
  id: 'helpsteer3',
  title: 'HelpSteer3 preferences',
  required: ['context', 'response1', 'response2', 'overall_preference'],
  mapping: { prompt: 'context', answer_a: 'response1', answer_b: 'response2', preference: 'overall_preference' },
  judgements: (record, mapping) => [judgement(record, mapping.preference ?? 'overall_preference')],
});
