/** The bytes of a data file: unpacked, without byte order mark, as text only where they are UTF-8. */
import { closeSync, createReadStream, openSync, statSync } from 'node:fs';
import { DatasetError, faultAt } from './dataset-error.ts';
import { bounded, firstBytes, packingOf, unpacked } from './packed.ts';

export interface ReadOptions {
  /** Called with the bytes of the file (packed, when it is packed) read so far. */
  onBytes?(bytes: number): void;
  readonly signal?: AbortSignal;
  /** Takes a line of JSONL that is no JSON object, which then counts as a record that was read; without it such a line ends the reading. */
  onFault?(fault: { readonly line: number; readonly row: number; readonly error: DatasetError }): void;
}

/** A longer line or record is refused by number instead of being held in memory. */
export const MAX_RECORD_BYTES = 64 << 20;
/** Small enough that the host answers others between two chunks. */
const CHUNK_BYTES = 256 << 10;

/** Known by their first bytes, and refused with what to do instead of a complaint about their bytes. */
const REFUSED: readonly (readonly [magic: string, what: string])[] = [
  ['BZh', 'bzip2 files are not read; unpack it, or pack it with gzip or zstandard'],
  ['\xfd7zXZ', 'xz files are not read; unpack it, or pack it with gzip or zstandard'],
  ['FEA1', 'Feather files of version 1 are not read; write version 2, or Parquet'],
  ['SQLite format 3', 'databases are not read; save the table as CSV or JSONL'],
  ['%PDF', 'PDF files are not read'],
  ['\xd0\xcf\x11\xe0', 'old Excel files (.xls) are not read; save the sheet as .xlsx or CSV'],
];

const NUL = 0;
const LF = 10;
export const CR = 13;

/** Size of a readable, regular file; named errors for everything else. */
export function fileSize(path: string): number {
  try {
    const found = statSync(path);
    if (found.isDirectory()) throw new DatasetError(`${path} is a folder; expected a file`);
    // a pipe or a device may block or never end
    if (!found.isFile()) throw new DatasetError(`${path} is not a regular file`);
    closeSync(openSync(path, 'r'));
    return found.size;
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    const { code } = cause as { code?: string };
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'no permission to read it' : code;
    throw new DatasetError(`${path}: ${why}`, { cause });
  }
}

/** What tells that a file is still the same one with the same content. */
const stampOf = (path: string): string => {
  const { ino, size, mtimeMs } = statSync(path);
  return `${ino} ${size} ${mtimeMs}`;
};

/** Runs `read`, which may open the file several times; throws DatasetError when the file changed or vanished meanwhile. */
export async function whileUnchanged<T>(path: string, read: () => Promise<T>): Promise<T> {
  fileSize(path);
  const before = stampOf(path);
  const isSame = () => {
    try {
      return stampOf(path) === before;
    } catch {
      return false;
    }
  };
  const changed = (cause?: unknown) =>
    new DatasetError(`${path}: the file changed or vanished while it was read; nothing was imported`, { cause });
  try {
    const result = await read();
    if (isSame()) return result;
  } catch (cause) {
    // what was found may be a half of the old file and a half of the new one
    throw isSame() || (cause as Error).name === 'AbortError' ? cause : changed(cause);
  }
  throw changed();
}

/** The file's bytes, unpacked when its first bytes say so; a byte order mark of UTF-8 is skipped, one of UTF-16 refused. */
export async function* readBytes(path: string, options: ReadOptions = {}): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of guard(path, openBytes(path, options))) {
    yield first ? withoutMark(path, chunk) : chunk;
    first = false;
  }
}

function withoutMark(path: string, chunk: Buffer): Buffer {
  const mark = chunk.subarray(0, 3).toString('hex');
  if (mark.startsWith('fffe') || mark.startsWith('feff')) {
    const found = mark.slice(0, 4) === 'fffe' ? 'FF FE' : 'FE FF';
    throw faultAt(path, 1, `the file is UTF-16 (byte order mark ${found}); save it as UTF-8`);
  }
  return mark === 'efbbbf' ? chunk.subarray(3) : chunk;
}

function openBytes(path: string, options: ReadOptions): AsyncIterable<Buffer> {
  fileSize(path);
  const magic = firstBytes(path, 16);
  const refused = REFUSED.find(([start]) => magic.toString('latin1').startsWith(start));
  if (refused) throw new DatasetError(`${path}: ${refused[1]}`);
  const raw = createReadStream(path, { highWaterMark: CHUNK_BYTES, signal: options.signal });
  let bytes = 0;
  raw.on('data', (chunk) => {
    bytes += chunk.length;
    options.onBytes?.(bytes);
  });
  const packing = packingOf(path);
  return packing === undefined ? raw : bounded(unpacked(raw, packing), () => bytes);
}

/** Damaged archives fail with zlib's words; say which file. */
async function* guard(path: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (cause) {
    if ((cause as Error).name === 'AbortError') throw cause;
    throw new DatasetError(`${path}: it cannot be unpacked: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

export interface Line {
  readonly text: string;
  /** 1-based, as an editor counts. */
  readonly line: number;
}

/** Lines as old Macs ended them: by a carriage return alone, as the first line end outside quotes shows. */
export const endsLinesWithCr = (beginning: string): boolean =>
  /\r\n?|\n/.exec(beginning.replace(/"[^"]*"/g, ''))?.[0] === '\r';

/** Lines as text in bounded memory; a line that is too long, not UTF-8 or holds NUL bytes is an error that names it. */
export async function* readLines(
  path: string,
  options: ReadOptions = {},
  end: typeof LF | typeof CR = LF,
): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let held = 0;
  let line = 1;
  for await (let data of readBytes(path, options)) {
    for (let at = data.indexOf(end); at >= 0; at = data.indexOf(end)) {
      const bytes = held > 0 ? Buffer.concat([...parts, data.subarray(0, at)]) : data.subarray(0, at);
      yield { text: decodeText(path, bytes, line), line };
      line++;
      parts = [];
      held = 0;
      data = data.subarray(at + 1);
    }
    if (data.length > 0) parts.push(data);
    held += data.length;
    if (held > MAX_RECORD_BYTES) throw faultAt(path, line, `the line is longer than ${MAX_RECORD_BYTES >> 20} MB`);
  }
  if (held > 0) yield { text: decodeText(path, Buffer.concat(parts), line), line };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of bytes that begin in `line`; NUL bytes and what is not UTF-8 are errors, never replaced. */
export function decodeText(path: string, bytes: Uint8Array, line: number): string {
  const nul = bytes.indexOf(NUL);
  if (nul >= 0)
    throw faultAt(path, line + countLines(bytes, nul), 'the line holds NUL bytes: the file is damaged or binary');
  try {
    return decoder.decode(bytes);
  } catch {
    const at = firstInvalid(bytes);
    const start = bytes.lastIndexOf(LF, at - 1) + 1;
    const byte = bytes[at].toString(16).toUpperCase().padStart(2, '0');
    throw faultAt(
      path,
      line + countLines(bytes, at),
      `not UTF-8: byte 0x${byte} at byte ${at - start + 1} of the line; perhaps the file is Latin-1: save it as UTF-8`,
    );
  }
}

/** Line feeds before `end`. */
function countLines(bytes: Uint8Array, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0 && at < end; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
}

/** Index where the first sequence that is not UTF-8 begins: halves the text down to the byte at which decoding fails. */
function firstInvalid(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      // as a stream, a character that `middle` cuts in two is not an error
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return pendingLead(bytes, good) ?? good;
}

/** The lead byte of a sequence that `end` interrupts. */
function pendingLead(bytes: Uint8Array, end: number): number | undefined {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back];
    if (byte < 0x80) return undefined;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? end - back : undefined;
  }
  return undefined;
}
