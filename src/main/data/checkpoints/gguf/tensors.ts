/** Which tensors a GGUF file must hold and of which shape, by its metadata: told before anything is read, by the names of the file. */
import {
  type Dimension,
  type GgufFamily,
  type NamedPart,
  partOf,
  type SharedConfig,
  translate,
} from './families/family.ts';
import type { Fields } from './fields.ts';
import type { GgufHeader } from './header.ts';
import { isRotation } from './rope.ts';

/** Throws CheckpointError that names the tensor which is missing, of another shape, or no part of the family. */
export function checkTensors(family: GgufFamily, fields: Fields, { tensors }: GgufHeader, shared: SharedConfig): void {
  const queries = shared.num_attention_heads * shared.head_dim;
  const keys = shared.num_key_value_heads * shared.head_dim;
  const sizes: Record<Dimension, number> = {
    vocabulary: shared.vocab_size,
    hidden: shared.hidden_size,
    queries,
    keys,
    fused: queries + 2 * keys,
    head: shared.head_dim,
    units: shared.intermediate_size,
    context: shared.max_position_embeddings,
  };
  const layers = shared.num_hidden_layers;
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
    if (!known || (isBias && !family.biases.some(({ parts }) => parts.includes(known[0]))))
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
  for (const { flag, parts } of family.biases) {
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
