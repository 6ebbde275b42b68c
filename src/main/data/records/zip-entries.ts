/** The directory of a zip archive (APPNOTE 4.3.12): what is in it and how large it claims to be, before anything is unpacked. */
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Where its own header begins, how many bytes it has there, and whether they are deflated. */
  readonly at: number;
  readonly packed: number;
  readonly isDeflated: boolean;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const MAX_COMMENT = 0xffff;

/** Entries in the archive's order; none when it has no directory. */
export function zipEntries(bytes: Buffer): ZipEntry[] {
  const end = endOf(bytes);
  if (end < 0) return [];
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  while (at + ENTRY_BYTES <= bytes.length && bytes.readUInt32LE(at) === ENTRY_SIGNATURE) {
    const nameBytes = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    entries.push({
      name,
      size: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
      packed: bytes.readUInt32LE(at + 20),
      isDeflated: bytes.readUInt16LE(at + 10) === 8,
    });
    at += ENTRY_BYTES + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

const HEADER_BYTES = 30;

/** An entry as text; undefined where it is damaged or larger than its directory says. */
export function zipText(bytes: Buffer, { at, packed, size, isDeflated }: ZipEntry): string | undefined {
  try {
    const from = at + HEADER_BYTES + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    const raw = bytes.subarray(from, from + packed);
    return (isDeflated ? inflateRawSync(raw, { maxOutputLength: Math.max(1, size) }) : raw).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Where the end record begins; it stands before a comment of any length. */
function endOf(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= first; at--) if (bytes.readUInt32LE(at) === END_SIGNATURE) return at;
  return -1;
}
