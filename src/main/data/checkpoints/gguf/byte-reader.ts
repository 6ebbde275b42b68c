/** Reads a file from front to back through a window; asks for nothing beyond its end, whatever a header claims. */

import { isUtf8 } from 'node:buffer';
import { readSync } from 'node:fs';

const WINDOW_BYTES = 1 << 20;
/** The longest texts known are chat templates, some 10 kB. */
const MAX_TEXT_BYTES = 64 << 20;

/** The file ends, or a text is no text: `message` says where. */
export class ReadError extends Error {}

export class ByteReader {
  readonly #fd: number;
  readonly #size: number;
  #window = Buffer.alloc(0);
  /** Where the window begins in the file, and how far it is read. */
  #start = 0;
  #at = 0;

  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.#size = size;
  }

  /** Bytes of the file already read. */
  get position(): number {
    return this.#start + this.#at;
  }

  get remaining(): number {
    return this.#size - this.position;
  }

  /** The next bytes; valid until the next call. */
  take(count: number, what: string): Buffer {
    if (count > this.remaining)
      throw new ReadError(`${what} needs ${count} bytes at byte ${this.position}, the file has ${this.remaining} left`);
    if (this.#at + count > this.#window.length) this.#fill(count);
    this.#at += count;
    return this.#window.subarray(this.#at - count, this.#at);
  }

  #fill(count: number): void {
    const start = this.position;
    const length = Math.min(Math.max(count, WINDOW_BYTES), this.#size - start);
    const window = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const read = readSync(this.#fd, window, done, length - done, start + done);
      if (read === 0) throw new ReadError(`the file ended at byte ${start + done}, while it was read`);
      done += read;
    }
    this.#window = window;
    this.#start = start;
    this.#at = 0;
  }

  uint32(what: string): number {
    return this.take(4, what).readUInt32LE();
  }

  /** A 64-bit count; at most `limit`. */
  count(what: string, limit: number): number {
    const value = this.take(8, what).readBigUInt64LE();
    if (value > BigInt(limit)) throw new ReadError(`${what} is ${value}; at most ${limit} can be true here`);
    return Number(value);
  }

  /** A 64-bit length, then so many bytes of UTF-8. */
  text(what: string, limit = MAX_TEXT_BYTES): string {
    const length = this.count(`the length of ${what}`, Math.min(limit, Math.max(0, this.remaining - 8)));
    const bytes = this.take(length, what);
    if (!isUtf8(bytes)) throw new ReadError(`${what}, before byte ${this.position}, is not UTF-8`);
    return bytes.toString('utf8');
  }
}
