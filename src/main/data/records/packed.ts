/** Packed files: what their first bytes say, and the stream that unpacks them. */
import { closeSync, openSync, readSync } from 'node:fs';
import { Duplex, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';

export type Packing = 'gzip' | 'zstandard';

const ZSTANDARD = 0xfd2fb528;
/** Of frames that hold nothing to unpack, and may come first: 0x184d2a50 to 0x184d2a5f. */
const SKIPPABLE = 0x184d2a5;

/** How the file is packed; undefined when it is not. */
export function packingOf(path: string): Packing | undefined {
  const magic = firstBytes(path, 4);
  if (magic[0] === 0x1f && magic[1] === 0x8b) return 'gzip';
  const word = magic.readUInt32LE(0);
  return word === ZSTANDARD || word >>> 4 === SKIPPABLE ? 'zstandard' : undefined;
}

/** The file's first bytes, filled up with zeros. */
export function firstBytes(path: string, count: number): Buffer {
  const buffer = Buffer.alloc(count);
  const file = openSync(path, 'r');
  try {
    readSync(file, buffer, 0, count, 0);
    return buffer;
  } finally {
    closeSync(file);
  }
}

/** The unpacked bytes of a stream; damage ends it with an error. */
export const unpacked = (raw: Readable, packing: Packing): Readable =>
  pipeline(raw, packing === 'gzip' ? createGunzip() : zstandard(), () => undefined);

/** Bytes unpacked at once: a block of 4 bytes may stand for 128 KB, so that these become 128 MB at most. */
const ZSTANDARD_STEP = 4 << 10;

/**
 * By a library: Node's own stream (24.21) ends after the first of several frames without a word, and Electron's Node has none. The
 * library knows no back pressure: it gets a piece when what came of the one before has been taken.
 */
export const zstandard = (): Duplex =>
  Duplex.from(async function* (packed: AsyncIterable<Buffer>) {
    let ready: Uint8Array[] = [];
    const unpacker = new Decompress((data) => {
      if (data.length > 0) ready.push(data);
    });
    const taken = () => {
      const pieces = ready;
      ready = [];
      return pieces;
    };
    for await (const chunk of packed)
      for (let at = 0; at < chunk.length; at += ZSTANDARD_STEP) {
        unpacker.push(chunk.subarray(at, at + ZSTANDARD_STEP));
        for (const piece of taken()) yield Buffer.from(piece.buffer, piece.byteOffset, piece.length);
      }
    unpacker.push(new Uint8Array(0), true);
    for (const piece of taken()) yield Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  });

/** What a packed file may become without a question, and how many times its size beyond that: texts are packed to a third, at most to a fiftieth. */
const UNASKED_BYTES = 1 << 30;
const MAX_RATIO = 500;

/** The pieces of an unpacked stream, of whose packed form `read` bytes were taken. Throws Error where a small file becomes an endless one. */
export async function* bounded(source: AsyncIterable<Buffer>, read: () => number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > UNASKED_BYTES && bytes > MAX_RATIO * read())
      throw new Error(
        `${read()} bytes of it have become ${Math.round(bytes / 2 ** 20)} MB, more than ${MAX_RATIO} times as many; if that is right, unpack it and read what comes of it`,
      );
    yield chunk;
  }
}
