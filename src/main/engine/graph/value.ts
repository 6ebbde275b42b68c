/** The nouns of a graph: dimensions, values, nodes, and the typed arrays that hold tensors. */

/** A size known when the graph is built, or the name of one known only when it runs ("B", "T", "B*T"). */
export type Dim = number | string;

export type DType = 'float32' | 'int64' | 'int32' | 'bool' | 'uint8';

/** Element storage by dtype; bool is one byte an element. */
export type TensorArray = Float32Array | BigInt64Array | Int32Array | Uint8Array;

export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** A concrete tensor: `data.length` is the product of `shape`. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorArray;
}

export type AttributeValue = number | string | readonly number[];
/** Integers stay integers: a float attribute is marked by `float()`. Names that begin with "_" are for gradient rules only and are not written. */
export type Attributes = Readonly<Record<string, AttributeValue | FloatAttribute | undefined>>;

export interface FloatAttribute {
  readonly float: number;
}
export const float = (value: number): FloatAttribute => ({ float: value });

/** input: fed at every run · constant: written into the model · node: computed. */
export type ValueKind = 'input' | 'constant' | 'node';

export interface Value extends TensorType {
  readonly id: number;
  readonly name: string;
  readonly kind: ValueKind;
  /** Content of a constant. */
  readonly data?: TensorArray;
  /** Known content of an integer vector, symbols included: what Reshape and friends read their target from. */
  readonly dims?: readonly Dim[];
}

export interface Node {
  readonly op: string;
  readonly domain: string;
  /** `null` = optional input left out. */
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly constants: readonly Value[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
}

export const ARRAYS = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
} as const;

/** Product of concrete sizes; throws when a symbol is among them. */
export function elementCount(shape: readonly Dim[]): number {
  let count = 1;
  for (const dim of shape) {
    if (typeof dim !== 'number') throw new Error(`the size "${dim}" is not known before the graph runs`);
    count *= dim;
  }
  return count;
}

export const formatShape = (shape: readonly Dim[]): string => `[${shape.join(', ')}]`;
