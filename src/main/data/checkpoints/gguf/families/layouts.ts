/** How tensors of a GGUF file lie where llama.cpp keeps them otherwise than Hugging Face: each a way there and its way back. */
import { toHalfSplit, toNeighbours } from '../../rotary-order.ts';

export interface HeadSizes {
  readonly heads: number;
  readonly headSize: number;
}

/** Shapes are rows first; `shape` is always the one at Hugging Face. */
export interface TensorLayout {
  fileShape(shape: readonly number[]): readonly number[];
  /** The other way of `fileShape`. */
  ownShape(inFile: readonly number[]): readonly number[];
  toFile(values: Float32Array, shape: readonly number[]): Float32Array;
  fromFile(values: Float32Array, shape: readonly number[]): Float32Array;
}

const sameShape = { fileShape: (shape: readonly number[]) => shape, ownShape: (shape: readonly number[]) => shape };

/** Rows of a head, half split at Hugging Face, lie as neighbouring pairs. */
export const neighbouring = ({ headSize }: HeadSizes): TensorLayout => ({
  ...sameShape,
  toFile: (values, shape) => toNeighbours(values, shape[0], headSize),
  fromFile: (values, shape) => toHalfSplit(values, shape[0], headSize),
});

/** Gemma's norms multiply by 1 + w, llama.cpp's by what the file holds. */
export const fromOne: TensorLayout = {
  ...sameShape,
  toFile: (values) => values.map((w) => 1 + w),
  fromFile: (values) => values.map((w) => w - 1),
};

const turned = (shape: readonly number[]): readonly number[] => [...shape].reverse();

/** [in, out] at Hugging Face (GPT-2's Conv1D), [out, in] in the file. */
export const transposed: TensorLayout = {
  fileShape: turned,
  ownShape: turned,
  toFile: (values, [rows, columns]) => transpose(values, rows, columns),
  fromFile: (values, [rows, columns]) => transpose(values, columns, rows),
};

/** [rows, columns] → [columns, rows]. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column];
  return result;
}

const PARTS = 3;

/** Query, key and value of the first head, then of the second (GPT-NeoX); in the file the queries of all heads, then the keys, then the values. */
export const partsApart = ({ heads, headSize }: HeadSizes): TensorLayout => {
  const move = (values: Float32Array, shape: readonly number[], isToFile: boolean): Float32Array => {
    const block = (values.length / shape[0]) * headSize;
    const result = new Float32Array(values.length);
    for (let head = 0; head < heads; head++)
      for (let part = 0; part < PARTS; part++) {
        const [own, inFile] = [(head * PARTS + part) * block, (part * heads + head) * block];
        const [from, to] = isToFile ? [own, inFile] : [inFile, own];
        result.set(values.subarray(from, from + block), to);
      }
    return result;
  };
  return {
    ...sameShape,
    toFile: (values, shape) => move(values, shape, true),
    fromFile: (values, shape) => move(values, shape, false),
  };
};
