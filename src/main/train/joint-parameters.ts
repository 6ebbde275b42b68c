/** Several models as one list of parameters, so that one optimiser and one clipping serve them together. */
import type { Tensor } from '../engine/graph/value.ts';
import type { Trainable } from '../engine/models/language-model.ts';
import { gradientName } from './step-graph.ts';

/** Parameters of all parts under "PART.NAME"; the arrays are the models' own. */
export function jointParameters(parts: Readonly<Record<string, Trainable>>): Trainable {
  const entries = Object.entries(parts);
  return {
    specs: entries.flatMap(([part, { specs }]) => specs.map((spec) => ({ ...spec, name: `${part}.${spec.name}` }))),
    weights: new Map(
      entries.flatMap(([part, { weights }]) => [...weights].map(([name, data]) => [`${part}.${name}`, data] as const)),
    ),
  };
}

/** The gradients among a part's outputs, under the joint names. */
export function jointGradients(
  part: string,
  { specs }: Trainable,
  outputs: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  return Object.fromEntries(specs.map(({ name }) => [gradientName(`${part}.${name}`), outputs[gradientName(name)]]));
}
