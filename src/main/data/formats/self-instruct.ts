/** Self-Instruct (2212.10560): an instruction with instances, each an input and an output; every instance is a demonstration. */
import {
  type Draft,
  draft,
  type Format,
  isRecord,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
} from './format.ts';
import { isBlank } from './messages.ts';

const isInstances = (value: unknown): value is RecordValue[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isRecord(item) && typeof item.output === 'string');

function instanceOf(instruction: string, instance: RecordValue, metadata: Record<string, unknown>): Draft {
  const input = textAt({ input: '', ...instance }, 'input', 'instances');
  const completion = textAt(instance, 'output', 'instances');
  if (typeof input !== 'string' || typeof completion !== 'string')
    throw new RowFault('instances', 'an instance must have texts as "input" and "output"');
  const prompt = input === '' ? instruction : `${instruction}\n${input}`;
  return draft({ prompt, completion, metadata: { ...metadata, ...restOf(instance, ['input', 'output']) } });
}

export const selfInstruct: Format = {
  id: 'self-instruct',
  title: 'Self-Instruct, instances',
  kind: 'demonstrations',
  fields: ['prompt'],
  mapping: { prompt: 'instruction' },
  sniff(records) {
    const fits = records.filter((r) => typeof r.instruction === 'string' && isInstances(r.instances)).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.95 * share, reason: `${percentOf(share)} have an instruction and instances of it` };
  },
  read(record, mapping) {
    const instruction = textAt(record, mapping.prompt, 'prompt');
    if (typeof instruction !== 'string') throw new RowFault(mapping.prompt ?? 'prompt', 'the instruction must be text');
    const { instances } = record;
    if (!isInstances(instances)) throw new RowFault('instances', '"instances" must be a list of {input, output}');
    const metadata = restOf(record, [mapping.prompt, 'instances']);
    const filled = instances.filter(({ output }) => !isBlank(String(output)));
    if (filled.length === 0) throw new RowRefused('no instance has an output');
    return filled.map((instance) => instanceOf(instruction, instance, metadata));
  },
};
