/** LLaMA-Factory's older comparison tables: an instruction whose output is a list, the better answer first. */
import { type Format, percentOf, RowFault, restOf, valueAt } from './format.ts';
import { asAnswer } from './preference-pair.ts';
import { promptAt } from './prompt.ts';
import { rankedPairs } from './ranked.ts';

const isOutputs = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length >= 2 && value.every((text) => typeof text === 'string');

export const alpacaRanking: Format = {
  id: 'alpaca-ranking',
  title: 'Instructions with outputs, best first',
  kind: 'preference',
  fields: ['prompt', 'input', 'system', 'history', 'completion'],
  mapping: { prompt: 'instruction', input: 'input', system: 'system', history: 'history', completion: 'output' },
  sniff(records) {
    const fits = records.filter((r) => typeof r.instruction === 'string' && isOutputs(r.output)).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.95 * share, reason: `${percentOf(share)} have an instruction and a list of outputs` };
  },
  read(record, mapping) {
    const column = mapping.completion ?? 'output';
    const outputs = valueAt(record, column);
    if (!isOutputs(outputs))
      throw new RowFault(column, `"${column}" must be a list of two texts or more, the best first`);
    const prompt = promptAt(record, mapping);
    const answers = outputs.map((text, i) => ({
      answer: asAnswer(prompt, text),
      worth: -i,
      score: null,
      about: outputs.length > 2 ? { rank: i } : {},
    }));
    return rankedPairs(prompt, answers, restOf(record, Object.values(mapping)));
  },
};
