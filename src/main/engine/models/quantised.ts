/** Matrices as 8- or 4-bit codes in blocks along their input, each block with its scale: weights of models that generate and are not trained. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';

export interface QuantisedForm {
  readonly bits: 4 | 8;
  /** Weights of one row that share a scale. */
  readonly blockSize: 16 | 32 | 64 | 128;
  /**
   * symmetric: codes count from the middle · asymmetric: each block has the code that stands for 0 · offset: each block has the float that its middle
   * code stands for, as in GGUF's Q4_1, whose weights then come out as they are (matrices with a last block that is not full are asymmetric).
   */
  readonly zero: 'symmetric' | 'asymmetric' | 'offset';
  /** What the product computes in: float32 as it is, or int8, for which the runtime rounds activations, too (accuracy_level 4). */
  readonly compute: 'float32' | 'int8';
}

/** [out, in], whatever the checkpoint stores. */
export interface QuantisedMatrix {
  readonly form: QuantisedForm;
  readonly out: number;
  readonly into: number;
  /** [out, blocks, blockSize · bits / 8]: of 4-bit codes the first of a pair in the low half. */
  readonly codes: Uint8Array;
  /** [out, blocks] */
  readonly scales: Float32Array;
  /** [out, ⌈blocks · bits / 8⌉]; null where codes count from the middle. */
  readonly zeros: Uint8Array | null;
  /** [out, blocks]: what is added to every weight of a block; null unless the form has them. */
  readonly offsets: Float32Array | null;
}

/** A quantised matrix in a graph. */
export interface QuantisedValue {
  readonly matrix: QuantisedMatrix;
  readonly codes: Value;
  readonly scales: Value;
  readonly zeros: Value | null;
  readonly offsets: Value | null;
}

const ACCURACY_LEVEL = { float32: 1, int8: 4 } as const;

/** weight ≈ scale · (code − zero) + offset */
interface Grid {
  readonly scale: number;
  readonly zero: number;
  readonly offset: number;
}

function gridOf(block: Float32Array, form: QuantisedForm): Grid {
  if (form.zero === 'offset') return offsetGrid(block, form.bits);
  return { ...zeroGrid(block, form), offset: 0 };
}

/** Least squares over the codes of the grid before; kept while the error falls. */
const REFITS = 4;

/** The codes of a block from its least weight to its largest, then as the weights lie in between. */
function offsetGrid(block: Float32Array, bits: number): Grid {
  const most = 2 ** bits - 1;
  const zero = 2 ** (bits - 1);
  let [low, high] = [block[0], block[0]];
  for (let i = 1; i < block.length; i++) {
    if (block[i] < low) low = block[i];
    else if (block[i] > high) high = block[i];
  }
  const first = Math.fround((high - low) / most);
  let best = { scale: first, zero, offset: Math.fround(low + zero * first) };
  if (first === 0) return best;
  let [least, refit] = errorAndRefit(block, best, most);
  // what lies on a grid to float32 has no better one
  for (let i = 0; i < REFITS && least > 1e-9 * block.length * first * first; i++) {
    const [error, next] = errorAndRefit(block, refit, most);
    if (error >= least) break;
    [best, least, refit] = [refit, error, next];
  }
  return best;
}

const clamped = (code: number, most: number): number => (code < 0 ? 0 : code > most ? most : code);

/** Squared error of the block on the grid, and the grid that suits the same codes best. */
function errorAndRefit(block: Float32Array, { scale, zero, offset }: Grid, most: number): [error: number, refit: Grid] {
  const count = block.length;
  let [error, sumC, sumW, sumCC, sumCW] = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const weight = block[i];
    const code = clamped(Math.round((weight - offset) / scale) + zero, most) - zero;
    error += (weight - offset - scale * code) ** 2;
    sumC += code;
    sumW += weight;
    sumCC += code * code;
    sumCW += code * weight;
  }
  const spread = count * sumCC - sumC * sumC;
  const slope = spread > 0 ? Math.fround((count * sumCW - sumC * sumW) / spread) : scale;
  if (!(slope > 0)) return [error, { scale, zero, offset }];
  return [error, { scale: slope, zero, offset: Math.fround((sumW - slope * sumC) / count) }];
}

function zeroGrid(block: Float32Array, form: QuantisedForm): Omit<Grid, 'offset'> {
  const most = 2 ** form.bits - 1;
  const middle = 2 ** (form.bits - 1);
  let [low, high] = [0, 0];
  for (let i = 0; i < block.length; i++) {
    if (block[i] < low) low = block[i];
    else if (block[i] > high) high = block[i];
  }
  // the weight furthest from 0 takes the code furthest from the middle, which has one more on its lower side
  if (form.zero === 'symmetric') return { scale: Math.fround(-(high > -low ? high : low) / middle), zero: middle };
  const scale = Math.fround((high - low) / most);
  return { scale, zero: scale === 0 ? middle : Math.min(most, Math.max(0, Math.round(-low / scale))) };
}

/** Writes one code of `bits` into a row of bytes. */
function put(bytes: Uint8Array, at: number, index: number, code: number, bits: number): void {
  if (bits === 8) bytes[at + index] = code;
  else bytes[at + (index >> 1)] |= code << (4 * (index & 1));
}

const codeAt = (bytes: Uint8Array, at: number, index: number, bits: number): number =>
  bits === 8 ? bytes[at + index] : (bytes[at + (index >> 1)] >> (4 * (index & 1))) & 15;

const formFor = (form: QuantisedForm, into: number): QuantisedForm =>
  form.zero === 'offset' && into % form.blockSize !== 0 ? { ...form, zero: 'asymmetric' } : form;

/** `data` is [out, in], or [in, out] when `transposed`; a last block that is not full is filled with zeros. */
export function quantiseMatrix(
  data: Float32Array,
  { out, into, transposed }: { readonly out: number; readonly into: number; readonly transposed: boolean },
  asked: QuantisedForm,
): QuantisedMatrix {
  const form = formFor(asked, into);
  const { bits, blockSize } = form;
  const most = 2 ** bits - 1;
  const blocks = Math.ceil(into / blockSize);
  const blockBytes = (blockSize * bits) / 8;
  const zeroBytes = Math.ceil((blocks * bits) / 8);
  const codes = new Uint8Array(out * blocks * blockBytes);
  const scales = new Float32Array(out * blocks);
  const zeros = form.zero === 'asymmetric' ? new Uint8Array(out * zeroBytes) : null;
  const offsets = form.zero === 'offset' ? new Float32Array(out * blocks) : null;
  const block = new Float32Array(blockSize);
  for (let row = 0; row < out; row++)
    for (let b = 0; b < blocks; b++) {
      const from = b * blockSize;
      for (let i = 0; i < blockSize; i++) {
        const column = from + i;
        block[i] = column < into ? data[transposed ? column * out + row : row * into + column] : 0;
      }
      const { scale, zero, offset } = gridOf(block, form);
      scales[row * blocks + b] = scale;
      if (offsets) offsets[row * blocks + b] = offset;
      if (zeros) put(zeros, row * zeroBytes, b, zero, bits);
      const at = (row * blocks + b) * blockBytes;
      const perScale = scale === 0 ? 0 : 1 / scale;
      for (let i = 0; i < blockSize; i++) {
        put(codes, at, i, clamped(Math.round((block[i] - offset) * perScale) + zero, most), bits);
      }
    }
  return { form, out, into, codes, scales, zeros, offsets };
}

/** The matrix that the codes stand for, [out, in]. */
export function dequantised({ form, out, into, codes, scales, zeros, offsets }: QuantisedMatrix): Float32Array {
  const { bits, blockSize } = form;
  const blocks = Math.ceil(into / blockSize);
  const blockBytes = (blockSize * bits) / 8;
  const zeroBytes = Math.ceil((blocks * bits) / 8);
  const data = new Float32Array(out * into);
  for (let row = 0; row < out; row++)
    for (let column = 0; column < into; column++) {
      const b = Math.floor(column / blockSize);
      const zero = zeros ? codeAt(zeros, row * zeroBytes, b, bits) : 2 ** (bits - 1);
      const code = codeAt(codes, (row * blocks + b) * blockBytes, column - b * blockSize, bits);
      data[row * into + column] = scales[row * blocks + b] * (code - zero) + (offsets?.[row * blocks + b] ?? 0);
    }
  return data;
}

/** Codes and scales as constants of a graph. */
export function quantisedConstants(g: GraphBuilder, name: string, matrix: QuantisedMatrix): QuantisedValue {
  const { form, out, into, codes, scales, zeros, offsets } = matrix;
  const blocks = Math.ceil(into / form.blockSize);
  return {
    matrix,
    codes: g.constant(`${name}.codes`, 'uint8', [out, blocks, (form.blockSize * form.bits) / 8], codes),
    scales: g.constant(`${name}.scales`, 'float32', [out, blocks], scales),
    zeros: zeros && g.constant(`${name}.zeros`, 'uint8', [out, zeros.length / out], zeros),
    offsets: offsets && g.constant(`${name}.offsets`, 'float32', [out, blocks], offsets),
  };
}

/** x Wᵀ. */
export function quantisedProduct(g: GraphBuilder, x: Value, weight: QuantisedValue): Value {
  const { matrix, codes, scales, zeros, offsets } = weight;
  const { form, out, into } = matrix;
  const product = g.op('MatMulNBits', zeros ? [x, codes, scales, zeros] : [x, codes, scales], {
    K: into,
    N: out,
    bits: form.bits,
    block_size: form.blockSize,
    accuracy_level: ACCURACY_LEVEL[form.compute],
  });
  if (!offsets) return product;
  // an offset meets the sum of its block's activations, which matrices of one input share
  const blocks = g.reshape(x, [...x.shape.slice(0, -1), into / form.blockSize, form.blockSize]);
  return g.op('Gemm', [g.reduceSum(blocks, [-1]), offsets, product], { transB: 1 });
}
