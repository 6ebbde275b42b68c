/** Well-known sets of two answers and a verdict whose columns need no rule of their own besides which number or letter means which answer. */
import { labelAt, type RecordValue, RowFault, RowRefused, valueAt } from './format.ts';
import { type Judgement, judgedTable } from './judged-table.ts';
import { verdictAt } from './two-answers.ts';

/** PKU-SafeRLHF (2310.12773): the more helpful of two responses, 0 or 1; which is safer stands beside it. */
export const safeRlhf = judgedTable({
  id: 'safe-rlhf',
  title: 'PKU-SafeRLHF, the more helpful response',
  required: ['prompt', 'response_0', 'response_1', 'better_response_id'],
  mapping: { prompt: 'prompt', answer_a: 'response_0', answer_b: 'response_1', preference: 'better_response_id' },
  judgements: (record, mapping) => [
    { verdict: labelAt(record, mapping.preference ?? 'better_response_id') ? 'b' : 'a' },
  ],
  // it names a place, which a pair does not keep
  sidesOf({ safer_response_id: safer }): Readonly<Record<string, readonly [boolean, boolean]>> {
    return safer === 0 || safer === 1 ? { safer: [safer === 0, safer === 1] } : {};
  },
  used: ['safer_response_id'],
  perAnswer: Object.fromEntries(
    ['source', 'is_safe', 'harm_category', 'severity_level', 'sha256'].map((name) => [name, columnsOf(name)]),
  ),
});

function columnsOf(name: string): readonly [string, string] {
  const of = (n: number) => (name === 'is_safe' ? `is_response_${n}_safe` : `response_${n}_${name}`);
  return [of(0), of(1)];
}

/** LLMBar's columns beside an instruction (OffsetBias, 2407.06551): 1 or 2 is the better output. */
export const labelledOutputs = judgedTable({
  id: 'labelled-outputs',
  title: 'Instructions, two outputs and a label',
  required: ['instruction', 'output_1', 'output_2', 'label'],
  mapping: { prompt: 'instruction', input: 'input', answer_a: 'output_1', answer_b: 'output_2', preference: 'label' },
  judgements: (record, mapping) => [{ verdict: verdictAt(record, mapping.preference ?? 'label') }],
});

/** Prometheus 2's preference collection (2405.01535): the question and its two responses as they were before a judge's prompt was made of them. */
export const prometheus = judgedTable({
  id: 'prometheus',
  title: 'Prometheus preference collection',
  required: ['orig_instruction', 'orig_response_A', 'orig_response_B', 'orig_preference'],
  mapping: {
    prompt: 'orig_instruction',
    answer_a: 'orig_response_A',
    answer_b: 'orig_response_B',
    preference: 'orig_preference',
  },
  judgements: (record, mapping): readonly Judgement[] => [letterAt(record, mapping.preference ?? 'orig_preference')],
});

function letterAt(record: RecordValue, column: string): Judgement {
  const value = valueAt(record, column);
  if ((value ?? '') === '') throw new RowRefused(`"${column}" holds no verdict`);
  if (value !== 'A' && value !== 'B')
    throw new RowFault(column, `"${column}" must be A or B, found ${JSON.stringify(value)?.slice(0, 40)}`);
  return { verdict: value === 'A' ? 'a' : 'b' };
}
