/** LZ4 frames (lz4_Frame_format.md), as Feather files hold their columns: blocks that may refer to all bytes before them. */

const MAGIC = 0x184d2204;
/** LZ4 packs 255 to 1 at best; a column of more is no column of texts. */
const MAX_BYTES = 1 << 30;

/** Output that grows as it is written: a frame need not say how long it gets. */
class Output {
  #bytes: Uint8Array;
  length = 0;
  constructor(expected: number) {
    this.#bytes = new Uint8Array(expected);
  }
  /** Room for `more` bytes; the array to write them to. */
  room(more: number): Uint8Array {
    const needed = this.length + more;
    if (needed > MAX_BYTES) throw new RangeError(`an LZ4 frame of more than ${MAX_BYTES >> 20} MB`);
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, 2 * this.#bytes.length)));
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    return this.#bytes;
  }
  append(part: Uint8Array): void {
    this.room(part.length).set(part, this.length);
    this.length += part.length;
  }
  /** Repeats `count` bytes from `offset` back; byte by byte, because they may overlap what is written. */
  repeat(offset: number, count: number): void {
    if (offset === 0 || offset > this.length) throw new RangeError('an LZ4 match points outside');
    const bytes = this.room(count);
    for (let i = 0; i < count; i++, this.length++) bytes[this.length] = bytes[this.length - offset];
  }
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/** The unpacked bytes of one frame; throws RangeError for damage. */
export function unpackLz4Frame(input: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('no LZ4 frame');
  const flags = input[4];
  if (flags >> 6 !== 1) throw new RangeError(`LZ4 frame version ${flags >> 6}`);
  // magic, flags, block size, content size and dictionary where the flags say so, checksum
  let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
  const output = new Output(4 * input.length);
  for (;;) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return output.bytes;
    const length = word & 0x7fffffff;
    const block = input.subarray(at, at + length);
    if (block.length !== length) throw new RangeError('an LZ4 block is cut off');
    if (word >>> 31) output.append(block);
    else unpackBlock(block, output);
    at += length + (flags & 16 ? 4 : 0);
  }
}

function unpackBlock(block: Uint8Array, output: Output): void {
  let at = 0;
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15)
      for (let more = 255; more === 255; length += more) {
        if (at >= block.length) throw new RangeError('an LZ4 length is cut off');
        more = block[at++];
      }
    return length;
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = lengthOf(token >> 4);
    output.append(block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) return; // the last sequence has no match
    const offset = block[at] | (block[at + 1] << 8);
    at += 2;
    output.repeat(offset, lengthOf(token & 15) + 4);
  }
}
