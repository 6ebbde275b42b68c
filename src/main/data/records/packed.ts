/** Packed files: what their first bytes say, and the stream that unpacks them. */
import { closeSync, openSync, readSync } from 'node:fs';
import { pipeline, type Readable, Transform } from 'node:stream';
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

/** By a library: Node's own stream (24.21) ends after the first of several frames without a word, and Electron's Node has none. */
export function zstandard(): Transform {
  const unpacker = new Decompress();
  return new Transform({
    construct(done) {
      unpacker.ondata = (data) => data.length > 0 && this.push(data);
      done();
    },
    transform(chunk, _encoding, done) {
      done(failureOf(() => unpacker.push(chunk)));
    },
    flush(done) {
      done(failureOf(() => unpacker.push(new Uint8Array(0), true)));
    },
  });
}

function failureOf(body: () => void): Error | null {
  try {
    body();
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause));
  }
}
