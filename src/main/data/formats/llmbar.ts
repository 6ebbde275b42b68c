/** LLMBar (2310.07641): an input, two outputs, and a label that names the better one, 1 or 2. */
import { judgedTable } from './judged-table.ts';
import { verdictAt } from './two-answers.ts';

export const llmbar = judgedTable({
  id: 'llmbar',
  title: 'LLMBar',
  required: ['input', 'output_1', 'output_2', 'label'],
  mapping: { prompt: 'input', answer_a: 'output_1', answer_b: 'output_2', preference: 'label' },
  judgements: (record, mapping) => [{ verdict: verdictAt(record, mapping.preference ?? 'label') }],
});
