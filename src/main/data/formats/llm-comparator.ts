/** Google's LLM Comparator: two outputs and a score from 1.5 (A) over 0 (a tie) to -1.5 (B). Its document gives every row the names of the models. */
import { WideNumber } from '../records/exact-json.ts';
import {
  type Format,
  isRecord,
  numberAt,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
} from './format.ts';
import { annotatorAt } from './preference-pair.ts';
import { judgedDraft, verdictOfDifference } from './two-answers.ts';

/** What our own export puts into the custom fields and reads back. */
const OWN = ['margin', 'score_chosen', 'score_rejected', 'annotator'];
const NAMES_OF_OURS = ['chosen', 'rejected'];

function modelsOf({ models }: RecordValue): readonly [unknown, unknown] {
  const names = Array.isArray(models) ? models.map((m: unknown) => (isRecord(m) ? m.name : m)) : [];
  return NAMES_OF_OURS.every((name, i) => names[i] === name) ? [undefined, undefined] : [names[0], names[1]];
}

/** Lists and objects that hold nothing are left out. */
const holdsSomething = (value: unknown): boolean =>
  value !== null && (typeof value !== 'object' || value instanceof WideNumber || Object.keys(value).length > 0);

export const llmComparatorImport: Format = {
  id: 'llm-comparator',
  title: 'LLM Comparator',
  kind: 'preference',
  fields: ['prompt', 'answer_a', 'answer_b', 'preference'],
  mapping: { prompt: 'input_text', answer_a: 'output_text_a', answer_b: 'output_text_b', preference: 'score' },
  sniff(records) {
    const fits = records.filter((r) =>
      ['input_text', 'output_text_a', 'output_text_b', 'score'].every((column) => r[column] !== undefined),
    ).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.97 * share, reason: `${percentOf(share)} have an input, two outputs and a score` };
  },
  read(record, mapping) {
    const score = numberAt(record, mapping.preference);
    if (score === null) throw new RowRefused(`"${mapping.preference}" holds no score`);
    const custom = record.custom_fields ?? {};
    if (!isRecord(custom)) throw new RowFault('custom_fields', '"custom_fields" must be an object');
    const own = (name: string) => numberAt(custom, name);
    // our own files say by how much the chosen answer is better; others say it in the score
    const isOurs = 'margin' in custom && NAMES_OF_OURS.every((name) => `score_${name}` in custom);
    const rest = restOf(record, [...Object.values(mapping), 'custom_fields', 'models', 'metadata']);
    const fields = isOurs ? restOf(custom, OWN) : { custom_fields: custom };
    const pair = judgedDraft({
      prompt: textAt(record, mapping.prompt, 'prompt'),
      a: textAt(record, mapping.answer_a, 'answer_a'),
      b: textAt(record, mapping.answer_b, 'answer_b'),
      verdict: verdictOfDifference(score),
      margin: isOurs ? own('margin') : Math.abs(score),
      metadata: Object.fromEntries(Object.entries({ ...rest, ...fields }).filter(([, value]) => holdsSomething(value))),
      perAnswer: { model: modelsOf(record) },
    });
    if (!isOurs) return [pair];
    const annotator = annotatorAt(custom, 'annotator');
    return [{ ...pair, scoreChosen: own('score_chosen'), scoreRejected: own('score_rejected'), annotator }];
  },
};
