/** Several models as one list of parameters, so that one optimiser and one clipping serve them together. */
import type { Trainable } from '../engine/models/language-model.ts';
import type { GradientTarget } from './optimiser.ts';
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

/** The place in `whole`, an optimiser of joint parameters, for the gradients of one part under the part's own names. */
export function partOf(whole: GradientTarget, part: string, { specs }: Trainable): GradientTarget {
  const names = specs.map(({ name }) => [gradientName(name), gradientName(`${part}.${name}`)] as const);
  return {
    gradientArrays() {
      const arrays = whole.gradientArrays();
      return Object.fromEntries(names.filter(([, joint]) => arrays[joint]).map(([own, joint]) => [own, arrays[joint]]));
    },
    accumulate: (outputs) => whole.accumulate(Object.fromEntries(names.map(([own, joint]) => [joint, outputs[own]]))),
  };
}
