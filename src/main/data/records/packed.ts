/** Packed files: what their first bytes say, and the stream that unpacks them. */
import { closeSync, openSync, readSync } from 'node:fs';
import { pipeline, type Readable, Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';

export type Packing = 'gzip' | 'zstandard';

const ZSTANDARD = 0xfd2fb528;

/** How the file is packed; undefined when it is not. */
export function packingOf(path: string): Packing | undefined {
  const magic = firstBytes(path, 4);
  if (magic[0] === 0x1f && magic[1] === 0x8b) return 'gzip';
  return magic.readUInt32LE(0) === ZSTANDARD ? 'zstandard' : undefined;
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
  pipeline(raw, packing === 'gzip' ? zlib.createGunzip() : zstandard(), () => undefined);

/** Electron's Node has no zstandard yet. */
const zstandard = (): Transform => ('createZstdDecompress' in zlib ? zlib.createZstdDecompress() : zstandardInScript());

/** The same by a library in JavaScript: slower, and the same bytes. */
export function zstandardInScript(): Transform {
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
