/** Records of a file of any container (packed ones too), streamed, each with the place it came from; every fault is named with it. */
import { type ReadOptions, readBytes } from './records/bytes.ts';
import { type Beginning, containers } from './records/containers.ts';
import { DatasetError } from './records/dataset-error.ts';

export { fileSize, type ReadOptions, whileUnchanged } from './records/bytes.ts';
export { DatasetError } from './records/dataset-error.ts';

export interface SourceRecord {
  readonly value: Readonly<Record<string, unknown>>;
  /** 1-based line on which the record begins; of a spreadsheet its row; null in files without lines. */
  readonly line: number | null;
  /** 0-based place among the records. */
  readonly row: number;
}

/** Bytes that tell the containers apart. */
const BEGINNING_BYTES = 64 << 10;

/** What kind of file its beginning says it is: an id of the registry of containers. */
export const detectContainer = async (path: string): Promise<string> => containerOf(await beginningOf(path)).id;

function containerOf(beginning: Beginning) {
  return containers.all.find((container) => container.matches(beginning)) ?? containers.get('csv');
}

/** The first bytes from the first one on that is no white space: a file may begin with blank lines. */
async function beginningOf(path: string): Promise<Beginning> {
  let bytes = Buffer.alloc(0);
  let start = 0;
  let isEmpty = true;
  for await (const chunk of readBytes(path)) {
    isEmpty = false;
    bytes = Buffer.concat([bytes, chunk]);
    // blank lines without end are not held
    const blank = firstMark(bytes);
    start += blank < 0 ? bytes.length : blank;
    bytes = blank < 0 ? Buffer.alloc(0) : bytes.subarray(blank);
    if (bytes.length >= BEGINNING_BYTES) return { bytes, text: bytes.toString('latin1'), start, isWhole: false };
  }
  if (bytes.length === 0)
    throw new DatasetError(isEmpty ? `${path}: the file is empty` : `${path}: no rows: only blank lines`);
  return { bytes, text: bytes.toString('latin1'), start, isWhole: true };
}

/** Index of the first byte that is no white space, -1 when there is none. */
function firstMark(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] > 32 || bytes[at] === 0) return at;
  return -1;
}

/** All records of a file. Blank lines are not records. A fault of the file (not of a row's content) ends the reading with an error. */
export async function* readRecords(path: string, options: ReadOptions = {}): AsyncGenerator<SourceRecord> {
  const beginning = await beginningOf(path);
  yield* containerOf(beginning).read(path, options, beginning);
}
