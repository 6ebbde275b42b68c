/** What an ONNX operator is to this engine: its shape rule and its gradient rule, one file each. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Attributes, TensorType, Value } from '../graph/value.ts';

export interface GradientContext {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** One per output; outputs that nothing depends on get zeros. */
  readonly dOutputs: readonly Value[];
  readonly attributes: Attributes;
  /** Whether anybody asks for the gradient of input i: costly rules may skip the others. */
  needs(index: number): boolean;
}

/**
 * `infer` gives the type of every output. `grad` gives one gradient per input, `null` where none exists. A rule knows only its own op:
 * the walker sums what flows back over broadcast axes, accumulates, and names the op when something fails.
 */
export interface OpDefinition {
  readonly id: string;
  readonly domain?: string;
  infer(inputs: readonly Value[], attributes: Attributes): readonly TensorType[];
  grad?(g: GraphBuilder, context: GradientContext): readonly (Value | null)[];
}

export const defineOp = (definition: OpDefinition): OpDefinition => definition;

/** Integer attribute with a default. */
export function integer(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name];
  return typeof value === 'number' ? value : otherwise;
}

/** Float attribute with a default. */
export function real(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name];
  if (typeof value === 'number') return value;
  return value !== null && typeof value === 'object' && 'float' in value ? value.float : otherwise;
}

/** List-of-integers attribute. */
export function integers(attributes: Attributes, name: string): readonly number[] | undefined {
  const value = attributes[name];
  return Array.isArray(value) ? value : undefined;
}

export function text(attributes: Attributes, name: string, otherwise: string): string {
  const value = attributes[name];
  return typeof value === 'string' ? value : otherwise;
}

/** Content of an integer vector that must be known when the graph is built and hold no symbols. */
export function knownIntegers(value: Value | undefined, what: string): number[] {
  if (!value?.dims) throw new Error(`${what} must be known when the graph is built`);
  return value.dims.map((dim) => {
    if (typeof dim !== 'number') throw new Error(`${what} holds the symbol "${dim}" where a number is needed`);
    return dim;
  });
}
