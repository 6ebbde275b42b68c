/** Half-precision numbers: float16 (IEEE binary16) and bfloat16 as float32, and back with rounding to nearest, ties to even. */

/** All 65536 float16 values; made when first asked for, as most models have none. */
let table: Float32Array | undefined;

const halfValue = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

/** float32 of every float16, by its bits. */
export function float16Table(): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => halfValue(bits));
  return table;
}

export function widenFloat16(bits: Uint16Array): Float32Array {
  const values = float16Table();
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) result[i] = values[bits[i]];
  return result;
}

export function widenBfloat16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = bits[i] << 16;
  return new Float32Array(wide.buffer);
}

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** Numbers beyond float16's range (65504) become infinite, as a cast in C or PyTorch makes them. */
export function narrowFloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) result[i] = halfBits(bits[i]);
  return result;
}

/** float16 bits of a float32's bits. */
function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 255;
  const fraction = bits & 0x7fffff;
  if (exponent === 255) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  const e = exponent - 112;
  if (e >= 31) return sign | 0x7c00;
  if (e > 0) return sign | rounded((e << 23) | fraction, 13);
  // subnormal: the leading 1 becomes part of the fraction; what is shifted out decides the rounding
  return e < -10 ? sign : sign | rounded(fraction | 0x800000, 14 - e);
}

/** bits / 2^shift to the nearest whole number, ties to even; a carry into the exponent is right as it is. */
function rounded(bits: number, shift: number): number {
  const kept = bits >>> shift;
  const rest = bits & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && kept & 1) ? kept + 1 : kept;
}

export function narrowBfloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const isNoNumber = (bits[i] & 0x7fffffff) > 0x7f800000;
    // a NaN must not round to infinity
    result[i] = isNoNumber ? (bits[i] >>> 16) | 0x40 : (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16;
  }
  return result;
}
