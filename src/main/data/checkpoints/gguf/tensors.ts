/** Which tensors a GGUF file must hold and of which shape, by its metadata: told before anything is read, by the names of the file. */
import { type Dimension, type GgufFamily, type NamedPart, partOf, translate } from './families/family.ts';
import type { Fields } from './fields.ts';
import type { GgufHeader } from './header.ts';
import { isRotation } from './rope.ts';

/** Throws CheckpointError that names the tensor which is missing, of another shape, or no part of a family whose parts have shapes. */
export function checkTensors(
  family: GgufFamily,
  fields: Fields,
  { tensors }: GgufHeader,
  config: Readonly<Record<string, unknown>>,
): void {
  const { biases } = family;
  // the model's loader checks the others
  if (!biases) return;
  const size = (key: string) => Number(config[key]);
  const sizes: Record<Dimension, number> = {
    vocabulary: size('vocab_size'),
    hidden: size('hidden_size'),
    queries: size('num_attention_heads') * size('head_dim'),
    keys: size('num_key_value_heads') * size('head_dim'),
    head: size('head_dim'),
    units: size('intermediate_size'),
  };
  const layers = size('num_hidden_layers');
  const check = ([pattern, , ...shape]: NamedPart, layer: number): void => {
    const name = `${pattern.replace('{i}', String(layer))}.weight`;
    if (pattern === 'output' && !tensors.has(name)) return;
    const { shape: held } = tensors.get(name) ?? fields.fail(`the tensor "${name}" is missing`);
    const expected = shape.map((dimension) => sizes[dimension]);
    sameShape(name, held, expected);
  };
  const sameShape = (name: string, held: readonly number[], expected: readonly number[]): void => {
    if (held.length !== expected.length || held.some((d, i) => d !== expected[i]))
      fields.fail(`the tensor "${name}" has shape [${held}], the metadata asks for [${expected}]`);
  };
  for (const part of family.names.filter(([pattern]) => !pattern.includes('{i}'))) check(part, 0);
  for (let layer = 0; layer < layers; layer++)
    for (const part of family.names.filter(([pattern]) => pattern.includes('{i}'))) check(part, layer);
  for (const [name, { shape }] of tensors) {
    if (isRotation(name)) continue;
    const part = partOf(name);
    const known = family.names.find(([pattern]) => pattern === part?.pattern);
    const isBias = part?.suffix === 'bias';
    if (!known || (isBias && !biases.some(({ parts }) => parts.includes(known[0]))))
      fields.fail(`the tensor "${name}" is no part of the architecture "${family.id}" that is supported here`);
    if (part && part.layer !== '' && Number(part.layer) >= layers)
      fields.fail(`the tensor "${name}" is of a layer beyond the ${layers} of the metadata`);
    if (isBias && known) sameShape(name, shape, [sizes[known[2]]]);
  }
}

/** Biases of a group that the file holds in part, or that the family always has: their Hugging Face names and shapes. */
export function missingBiases(family: GgufFamily, { tensors }: GgufHeader): Map<string, readonly number[]> {
  const missing = new Map<string, readonly number[]>();
  const found = new Set([...tensors.keys()].flatMap((name) => patternOf(name, 'bias')));
  for (const { flag, parts } of family.biases ?? []) {
    if (flag !== null && !parts.some((pattern) => found.has(pattern))) continue;
    for (const [name, { shape }] of tensors) {
      const bias = name.replace(/\.weight$/, '.bias');
      const isPart = patternOf(name, 'weight').some((pattern) => parts.includes(pattern));
      if (isPart && !tensors.has(bias)) missing.set(translate(family.names, bias, 'huggingFace') ?? bias, [shape[0]]);
    }
  }
  return missing;
}

function patternOf(name: string, suffix: string): string[] {
  const part = partOf(name);
  return part?.suffix === suffix ? [part.pattern] : [];
}
