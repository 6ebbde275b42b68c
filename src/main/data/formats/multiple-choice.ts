/** TruthfulQA's multiple choice (2109.07958): answers marked 1 (true) or 0; each true one is preferred to each false one. */
import {
  draft,
  type Format,
  isRecord,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
  valueAt,
} from './format.ts';
import { isBlank } from './messages.ts';

/** The set with one true answer; mc2_targets has several. */
const TARGETS = 'mc1_targets';

const isTargets = (value: unknown): value is Record<string, 0 | 1> =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  Object.values(value).every((mark) => mark === 0 || mark === 1);

/** The same as two lists, which is how tables hold it: {choices, labels}. */
function fromLists(value: unknown): unknown {
  if (!isRecord(value) || !Array.isArray(value.choices) || !Array.isArray(value.labels)) return value;
  const { choices, labels } = value;
  if (choices.length !== labels.length || !choices.every((text) => typeof text === 'string')) return value;
  return Object.fromEntries(choices.map((text, i) => [text, labels[i]]));
}

function targetsAt(record: RecordValue, column: string): Record<string, 0 | 1> {
  const found = fromLists(valueAt(record, column));
  if (!isTargets(found)) throw new RowFault(column, `"${column}" must be an object of answer → 1 or 0`);
  return found;
}

const variant = (id: string, title: string, question: string, targets: string): Format => ({
  id,
  title,
  kind: 'preference',
  fields: ['prompt', 'chosen'],
  mapping: { prompt: question, chosen: targets },
  sniff(records) {
    const fits = records.filter((r) => typeof r[question] === 'string' && isTargets(fromLists(r[targets]))).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.9 * share, reason: `${percentOf(share)} have a question and marked answers` };
  },
  read(record, mapping) {
    const prompt = textAt(record, mapping.prompt, 'prompt');
    const answers = Object.entries(targetsAt(record, mapping.chosen ?? targets)).filter(([text]) => !isBlank(text));
    const good = answers.flatMap(([text, mark]) => (mark === 1 ? [text] : []));
    const bad = answers.flatMap(([text, mark]) => (mark === 0 ? [text] : []));
    if (good.length === 0 || bad.length === 0)
      throw new RowRefused(`${good.length} true and ${bad.length} false answers: no pair`);
    const metadata = restOf(record, [...Object.values(mapping), 'mc0_targets', 'mc1_targets', 'mc2_targets']);
    return good.flatMap((chosen) => bad.map((rejected) => draft({ prompt, chosen, rejected, metadata })));
  },
});

export const multipleChoice = variant('multiple-choice', 'Multiple choice, TruthfulQA', 'question', TARGETS);

/** HHH alignment (2112.00861) as BIG-bench and the hub have it: {choices, labels} beside an input. */
export const markedTargets = variant('marked-targets', 'Multiple choice, inputs with targets', 'input', 'targets');
