/**
 * The optimiser's two loops, two float64 lanes at a time, as a WebAssembly module put together here: what JavaScript computes one element at a
 * time comes out with the same bits, in two thirds of the time. Arrays pass through the module's memory in pieces that fit a processor's cache.
 */

/** Elements of a piece: four arrays of it are 256 KiB. */
const PIECE = 16_384;
const PIECE_BYTES = PIECE * 4;

/** What AdamW's update multiplies, adds and divides by (adamw.ts says where each comes from). */
export interface UpdateConstants {
  readonly keep: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly gain1: number;
  readonly gain2: number;
  readonly rate: number;
  readonly epsilon: number;
}

/**
 * Added and taken away again, this rounds to multiples of 2^-126, the smallest normal float32: without gradients moments would decay into
 * subnormal numbers, where the processor is several times slower, and stay there. What it rounds off is far below float32's precision or below ε.
 */
export const FLUSH = 1e-22;

type Code = readonly number[];

/** Unsigned LEB128, as the WebAssembly specification writes integers. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

const I32 = 0x7f;
const F64 = 0x7c;
const V128 = 0x7b;
const get = (local: number): Code => [0x20, ...leb(local)];
const put = (local: number): Code => [0x21, ...leb(local)];
const code = (...parts: Code[]): Code => parts.flat();
const simd = (op: number, ...rest: number[]): Code => [0xfd, ...leb(op), ...rest];
const f64 = (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
const splat = (value: Code): Code => code(value, simd(0x14));
const binary = (op: number) => (a: Code, b: Code) => code(a, b, simd(op));
const add = binary(0xf0);
const sub = binary(0xf1);
const mul = binary(0xf2);
const div = binary(0xf3);
const sqrt = (a: Code): Code => code(a, simd(0xef));
/** Two float32 numbers at an address as two float64, and back. */
const loadPair = (address: Code, offset: number): Code => code(address, simd(0x5d, 2, ...leb(offset)), simd(0x5f));
const storePair = (address: Code, offset: number, value: Code): Code =>
  code(address, value, simd(0x5e), simd(0x5b, 2, ...leb(offset), 0));
const loadWide = (address: Code, offset: number): Code => code(address, simd(0x00, 3, ...leb(offset)));
const storeWide = (address: Code, offset: number, value: Code): Code =>
  code(address, value, simd(0x0b, 3, ...leb(offset)));

/** Repeats `body` with the local `at` at 0, `by`, 2·by … while it is below the local `end`; both count bytes. */
const each = (at: number, end: number, by: number, body: Code): Code =>
  code(
    [0x02, 0x40, 0x03, 0x40],
    code(get(at), get(end), [0x4f, 0x0d, 1]), // at ≥ end: out
    body,
    code(get(at), [0x41, ...leb(by)], [0x6a], put(at)),
    [0x0c, 0, 0x0b, 0x0b],
  );

const list = (items: readonly Code[]): Code => [...leb(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...leb(content.length), ...content];
const name = (text: string): Code => list([...text].map((character) => [character.charCodeAt(0)]));
/** A function's body: locals beyond its parameters by type, then its code. */
function body(locals: readonly (readonly [number, number])[], instructions: Code): Code {
  const content = code(list(locals.map(([count, type]) => [...leb(count), type])), instructions, [0x0b]);
  return [...leb(content.length), ...content];
}

/** Where each array's piece lies in memory; behind them the partial sums of the norm. */
const PARAMETER = 0;
const GRADIENT = PIECE_BYTES;
const FIRST = 2 * PIECE_BYTES;
const SECOND = 3 * PIECE_BYTES;
const SUMS = 4 * PIECE_BYTES;

/** update(end, keep, beta1, beta2, gain1, gain2, rate, epsilon): the formula of `adamwStep`, operation by operation. */
function updateBody(): Code {
  const [end, at] = [0, 8];
  const [keep, beta1, beta2, gain1, gain2, rate, epsilon] = [1, 2, 3, 4, 5, 6, 7].map((parameter) => parameter + 8);
  const [flush, g, m, v] = [16, 17, 18, 19];
  const here = get(at);
  const flushed = (value: Code) => sub(add(value, get(flush)), get(flush));
  const step = code(
    loadPair(here, GRADIENT),
    put(g),
    flushed(add(mul(get(beta1), loadPair(here, FIRST)), mul(get(gain1), get(g)))),
    put(m),
    flushed(add(mul(get(beta2), loadPair(here, SECOND)), mul(get(gain2), mul(get(g), get(g))))),
    put(v),
    storePair(here, FIRST, get(m)),
    storePair(here, SECOND, get(v)),
    storePair(
      here,
      PARAMETER,
      sub(mul(loadPair(here, PARAMETER), get(keep)), div(mul(get(rate), get(m)), add(sqrt(get(v)), get(epsilon)))),
    ),
  );
  const wide = [1, 2, 3, 4, 5, 6, 7].map((parameter) => code(splat(get(parameter)), put(parameter + 8)));
  return body(
    [
      [1, I32],
      [11, V128],
    ],
    code(...wide, splat(f64(FLUSH)), put(flush), each(at, end, 8, step)),
  );
}

/** squares(end): adds the squares of the gradient's piece to four partial sums, element i to sum i mod 4. */
function squaresBody(): Code {
  const [end, at, ab, cd, x] = [0, 1, 2, 3, 4];
  const addSquare = (sum: number, offset: number) =>
    code(loadPair(get(at), offset), put(x), add(get(sum), mul(get(x), get(x))), put(sum));
  const zero: Code = [0x41, 0];
  return body(
    [
      [1, I32],
      [3, V128],
    ],
    code(
      code(loadWide(zero, SUMS), put(ab), loadWide(zero, SUMS + 16), put(cd)),
      each(at, end, 16, code(addSquare(ab, GRADIENT), addSquare(cd, GRADIENT + 8))),
      storeWide(zero, SUMS, get(ab)),
      storeWide(zero, SUMS + 16, get(cd)),
    ),
  );
}

interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer };
  update(end: number, ...constants: number[]): void;
  squares(end: number): void;
}

/** The module: two functions over one memory. */
function assemble(): Uint8Array<ArrayBuffer> {
  const type = (parameters: Code): Code => [0x60, ...list(parameters.map((one) => [one])), 0];
  const pages = Math.ceil((SUMS + 32) / 65_536);
  return Uint8Array.from(
    code(
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list([type([I32, ...Array<number>(7).fill(F64)]), type([I32])])),
      section(3, list([[0], [1]])),
      section(5, list([[0, ...leb(pages)]])),
      section(
        7,
        list([
          [...name('memory'), 2, 0],
          [...name('update'), 0, 0],
          [...name('squares'), 0, 1],
        ]),
      ),
      section(10, list([updateBody(), squaresBody()])),
    ),
  );
}

/** Part of the language; its types come with those of a browser, which this side does not load. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const kernels = new WebAssembly.Instance(new WebAssembly.Module(assemble())).exports as Kernels;
const room = (offset: number) => new Float32Array(kernels.memory.buffer, offset, PIECE);
const rooms = { parameter: room(PARAMETER), gradient: room(GRADIENT), first: room(FIRST), second: room(SECOND) };
const sums = new Float64Array(kernels.memory.buffer, SUMS, 4);

/** AdamW's update of elements 0 to `count` (even) in place. */
export function updatePairs(
  count: number,
  arrays: Readonly<Record<'parameter' | 'gradient' | 'first' | 'second', Float32Array>>,
  { keep, beta1, beta2, gain1, gain2, rate, epsilon }: UpdateConstants,
): void {
  const { parameter, gradient, first, second } = arrays;
  for (let start = 0; start < count; start += PIECE) {
    const end = Math.min(count, start + PIECE);
    rooms.parameter.set(parameter.subarray(start, end));
    rooms.gradient.set(gradient.subarray(start, end));
    rooms.first.set(first.subarray(start, end));
    rooms.second.set(second.subarray(start, end));
    kernels.update((end - start) * 4, keep, beta1, beta2, gain1, gain2, rate, epsilon);
    const size = end - start;
    parameter.set(rooms.parameter.subarray(0, size), start);
    first.set(rooms.first.subarray(0, size), start);
    second.set(rooms.second.subarray(0, size), start);
  }
}

/** Four sums of squares of elements 0 to `count` (a multiple of 4): of those at 0, 4, 8 …, at 1, 5, 9 … and so on, each added up in order. */
export function squareSums(x: Float32Array, count: number): readonly [number, number, number, number] {
  sums.fill(0);
  for (let start = 0; start < count; start += PIECE) {
    const end = Math.min(count, start + PIECE);
    rooms.gradient.set(x.subarray(start, end));
    kernels.squares((end - start) * 4);
  }
  return [sums[0], sums[1], sums[2], sums[3]];
}
