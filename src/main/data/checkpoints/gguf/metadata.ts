/** The key-value part of a GGUF file: scalars, texts and lists, each read by its type. */
import { type ByteReader, ReadError } from './byte-reader.ts';

export type MetadataValue = number | bigint | boolean | string | readonly MetadataValue[];

/** Real files hold some dozens of keys. */
const MAX_KEYS = 100_000;
const MAX_KEY_BYTES = 65_535;
/** Vocabularies of 262144 tokens have some 500000 merges. */
const MAX_ELEMENTS = 16_000_000;
/** Lists within lists: no known model has any. */
const MAX_DEPTH = 4;

/** 64-bit numbers that a double holds exactly come as numbers. */
const exact = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

interface Scalar {
  readonly bytes: number;
  read(bytes: Buffer): MetadataValue;
}

/** By the type's number in the file; 8 is a text, 9 a list. */
const SCALARS: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, read: (b) => b.readUInt8() },
  1: { bytes: 1, read: (b) => b.readInt8() },
  2: { bytes: 2, read: (b) => b.readUInt16LE() },
  3: { bytes: 2, read: (b) => b.readInt16LE() },
  4: { bytes: 4, read: (b) => b.readUInt32LE() },
  5: { bytes: 4, read: (b) => b.readInt32LE() },
  6: { bytes: 4, read: (b) => b.readFloatLE() },
  7: { bytes: 1, read: (b) => b.readUInt8() !== 0 },
  10: { bytes: 8, read: (b) => exact(b.readBigUInt64LE()) },
  11: { bytes: 8, read: (b) => exact(b.readBigInt64LE()) },
  12: { bytes: 8, read: (b) => b.readDoubleLE() },
};
const TEXT = 8;
const LIST = 9;

function readValue(reader: ByteReader, type: number, what: string, depth: number): MetadataValue {
  if (type === TEXT) return reader.text(what);
  if (type === LIST) return readList(reader, what, depth);
  const scalar = SCALARS[type];
  if (!scalar) throw new ReadError(`${what} has the value type ${type}; types are 0 to 12`);
  return scalar.read(reader.take(scalar.bytes, what));
}

function readList(reader: ByteReader, what: string, depth: number): MetadataValue[] {
  if (depth >= MAX_DEPTH) throw new ReadError(`${what} holds lists nested more than ${MAX_DEPTH} deep`);
  const type = reader.uint32(`the element type of ${what}`);
  // a list's element takes 12 bytes at least (its type and length), a text 8
  const smallest = type === LIST ? 12 : type === TEXT ? 8 : (SCALARS[type]?.bytes ?? 1);
  const count = reader.count(
    `the number of elements of ${what}`,
    Math.min(MAX_ELEMENTS, Math.floor(Math.max(0, reader.remaining - 8) / smallest)),
  );
  const list: MetadataValue[] = [];
  for (let i = 0; i < count; i++) list.push(readValue(reader, type, `${what}[${i}]`, depth + 1));
  return list;
}

/** All keys; a key that is there twice is refused, as either value could be meant. */
export function readKeys(reader: ByteReader, count: number): Map<string, MetadataValue> {
  if (count > MAX_KEYS) throw new ReadError(`it claims ${count} metadata keys; at most ${MAX_KEYS} are read`);
  const keys = new Map<string, MetadataValue>();
  for (let i = 0; i < count; i++) {
    const key = reader.text(`the name of metadata key ${i}`, MAX_KEY_BYTES);
    if (keys.has(key)) throw new ReadError(`the metadata key "${key}" is there twice`);
    const type = reader.uint32(`the type of "${key}"`);
    keys.set(key, readValue(reader, type, `the metadata "${key}"`, 0));
  }
  return keys;
}
