/** Reads and writes safetensors files; every count and offset of a header is checked before anything is allocated. */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { narrowBfloat16, narrowFloat16, widenBfloat16, widenFloat16 } from './float16.ts';
import type { TensorSource } from './model-folder.ts';
import { parseUniqueJson } from './unique-json.ts';

/** Bytes per element. */
const SIZES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
export type SafetensorsType = keyof typeof SIZES;

/** Header limit of the format's reference implementation: 100 MB. */
const MAX_HEADER_BYTES = 100_000_000;
/** No known file has more tensors; bounds the work a hostile header can ask for. */
const MAX_TENSORS = 100_000;
const MAX_RANK = 8;

export class CheckpointError extends Error {
  readonly code = 'bad_checkpoint';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CheckpointError';
  }
}

const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export type TensorValues =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

export interface TensorEntry {
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /** [begin, end) within the data part. */
  readonly offsets: readonly [number, number];
}

export class SafetensorsFile {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: ReadonlyMap<string, TensorEntry>;
  #dataStart: number;

  constructor(path: string, metadata: Record<string, string>, entries: Map<string, TensorEntry>, dataStart: number) {
    this.path = path;
    this.metadata = metadata;
    this.entries = entries;
    this.#dataStart = dataStart;
  }

  entry(name: string): TensorEntry {
    const found = this.entries.get(name);
    if (!found) throw new CheckpointError(`${this.path}: there is no tensor "${name}"`);
    return found;
  }

  /** The tensor's bytes, little-endian, in an array of its own. */
  bytes(name: string): Uint8Array {
    const { offsets } = this.entry(name);
    return readRange(this.path, this.#dataStart + offsets[0], offsets[1] - offsets[0]);
  }

  /** Values in the type that holds them exactly: F16 and BF16 as float32, I64 as BigInt64Array, BOOL as bytes 0 and 1. */
  read(name: string): TensorValues {
    const { dtype } = this.entry(name);
    if (dtype === 'F16' || dtype === 'BF16') return this.float32(name);
    return new ARRAYS[dtype](this.bytes(name).buffer as ArrayBuffer);
  }

  /** Values as float32: F32 as it is, F16 and BF16 widened exactly, F64 rounded. Integers are refused. */
  float32(name: string): Float32Array {
    const { dtype } = this.entry(name);
    const bytes = this.bytes(name);
    const { buffer } = bytes;
    if (dtype === 'F32') return new Float32Array(buffer);
    if (dtype === 'BF16') return widenBfloat16(new Uint16Array(buffer));
    if (dtype === 'F16') return widenFloat16(new Uint16Array(buffer));
    if (dtype === 'F64') return Float32Array.from(new Float64Array(buffer));
    throw new CheckpointError(`${this.path}: tensor "${name}" is ${dtype}; expected F32, F16, BF16 or F64`);
  }
}

/** Opens a file and checks its whole header: lengths, types, shapes, and that the tensors cover the data part exactly. */
export function openSafetensors(path: string): SafetensorsFile {
  const fail = (why: string): never => {
    throw new CheckpointError(`${path}: ${why}`);
  };
  const fd = openSync(path, 'r');
  try {
    const fileBytes = fstatSync(fd).size;
    if (fileBytes < 8)
      fail(`${fileBytes} bytes are too few for a safetensors file: its first 8 hold the header's length`);
    const headerBytes = read(fd, 0, 8).readBigUInt64LE(0);
    if (headerBytes > BigInt(Math.min(MAX_HEADER_BYTES, fileBytes - 8)))
      fail(
        `the header claims ${headerBytes} bytes, the file has ${fileBytes - 8} after the length (limit ${MAX_HEADER_BYTES})`,
      );
    const header = parseHeader(read(fd, 8, Number(headerBytes)), fail);
    const { __metadata__, ...tensors } = header;
    const metadata = parseMetadata(__metadata__, fail);
    const names = Object.keys(tensors);
    const entries = new Map(names.map((name) => [name, parseEntry(name, tensors[name], fail)] as const));
    const dataStart = 8 + Number(headerBytes);
    checkCoverage(entries, fileBytes - dataStart, fail);
    return new SafetensorsFile(path, metadata, entries, dataStart);
  } finally {
    closeSync(fd);
  }
}

type Fail = (why: string) => never;

function parseHeader(bytes: Buffer, fail: Fail): Record<string, unknown> {
  // counted before the header is parsed, which for a million entries takes seconds
  let tensors = 0;
  for (let at = bytes.indexOf('"data_offsets"'); at >= 0; at = bytes.indexOf('"data_offsets"', at + 1))
    if (++tensors > MAX_TENSORS) fail(`more than ${MAX_TENSORS} tensors`);
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    fail('the header is not UTF-8');
  }
  let value: unknown;
  try {
    value = parseUniqueJson(text);
  } catch (cause) {
    fail(`the header is not valid JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) fail('the header is not a JSON object');
  return value as Record<string, unknown>;
}

function parseMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (value === undefined) return {};
  if (value === null || typeof value !== 'object') fail('__metadata__ is not an object');
  for (const [key, text] of Object.entries(value as object))
    if (typeof text !== 'string') fail(`__metadata__ "${key}" must be a string, found ${JSON.stringify(text)}`);
  return value as Record<string, string>;
}

function parseEntry(name: string, raw: unknown, fail: Fail): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (raw ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(SIZES, dtype))
    fail(`tensor "${name}" has the unknown type ${JSON.stringify(dtype)}; known: ${Object.keys(SIZES).join(', ')}`);
  const isCount = (n: unknown) => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isCount))
    fail(`tensor "${name}": shape must be at most ${MAX_RANK} whole numbers, found ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    fail(`tensor "${name}": data_offsets must be two whole numbers, found ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets as [number, number];
  if (begin > end) fail(`tensor "${name}": data_offsets [${begin}, ${end}] are reversed`);
  const elements = (shape as number[]).reduce((a, b) => a * b, 1);
  const needed = elements * SIZES[dtype as SafetensorsType];
  if (!Number.isSafeInteger(needed) || needed !== end - begin)
    fail(`tensor "${name}": ${dtype} of shape [${shape}] needs ${needed} bytes, its data_offsets hold ${end - begin}`);
  return { dtype: dtype as SafetensorsType, shape: shape as number[], offsets: [begin, end] };
}

/** The tensors must follow each other without gap or overlap from 0 to the end of the file. */
function checkCoverage(entries: ReadonlyMap<string, TensorEntry>, dataBytes: number, fail: Fail): void {
  const sorted = [...entries].sort((a, b) => a[1].offsets[0] - b[1].offsets[0] || a[1].offsets[1] - b[1].offsets[1]);
  let at = 0;
  for (const [name, { offsets }] of sorted) {
    if (offsets[0] < at)
      fail(`tensor "${name}" overlaps the one before it (begins at ${offsets[0]}, ${at} bytes are taken)`);
    if (offsets[0] > at) fail(`bytes ${at} to ${offsets[0]}, before tensor "${name}", belong to no tensor`);
    at = offsets[1];
    if (at > dataBytes) fail(`tensor "${name}" ends at byte ${at} of a data part of ${dataBytes}`);
  }
  if (at !== dataBytes) fail(`${dataBytes - at} bytes after the last tensor belong to no tensor`);
}

function read(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, buffer, done, Math.min(length - done, 1 << 30), position + done);
    if (count === 0) throw new CheckpointError(`the file ended ${length - done} bytes early`);
    done += count;
  }
  return buffer;
}

function readRange(path: string, position: number, length: number): Uint8Array {
  const fd = openSync(path, 'r');
  try {
    return new Uint8Array(read(fd, position, length).buffer, 0, length);
  } catch (cause) {
    throw new CheckpointError(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  } finally {
    closeSync(fd);
  }
}

export interface Float32Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The types that models are written in. */
const WRITERS = {
  F32: (values: Float32Array) => values,
  F16: narrowFloat16,
  BF16: narrowBfloat16,
} as const;
export type WrittenType = keyof typeof WRITERS;

/** Writes float32 tensors in the order of their names, the header padded to 8 bytes; the caller makes it atomic. */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Float32Tensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): number {
  const tensor = (name: string): Float32Tensor => tensors.get(name) ?? { shape: [], data: new Float32Array() };
  const source = {
    names: () => [...tensors.keys()],
    shape: (name: string) => tensor(name).shape,
    float32: (name: string) => tensor(name).data,
  };
  return writeTensors(path, source, 'F32', { metadata });
}

/** The same for tensors that are made one after the other, so that a model is never in memory whole; `onProgress` gets bytes. */
export function writeTensors(
  path: string,
  source: TensorSource,
  type: WrittenType,
  options: { metadata?: Readonly<Record<string, string>>; onProgress?(done: number, total: number): void } = {},
): number {
  const names = source.names().sort();
  const header: Record<string, unknown> = { __metadata__: options.metadata ?? { format: 'pt' } };
  const count = (name: string) => source.shape(name).reduce((a, b) => a * b, 1);
  let total = 0;
  for (const name of names) {
    if (name === '__metadata__') throw new CheckpointError(`${path}: a tensor cannot be called "${name}"`);
    const end = total + count(name) * SIZES[type];
    header[name] = { dtype: type, shape: source.shape(name), data_offsets: [total, end] };
    total = end;
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const fd = openSync(path, 'w');
  try {
    for (const part of [length, padded]) writeAll(fd, part);
    let done = 0;
    for (const name of names) {
      const values = source.float32(name);
      if (values.length !== count(name))
        throw new CheckpointError(
          `${path}: tensor "${name}" of shape [${source.shape(name)}] needs ${count(name)} values, ${values.length} were given`,
        );
      const { buffer, byteOffset, byteLength } = WRITERS[type](values);
      writeAll(fd, new Uint8Array(buffer, byteOffset, byteLength));
      done += byteLength;
      options.onProgress?.(done, total);
    }
  } finally {
    closeSync(fd);
  }
  return 8 + padded.length + total;
}

/** All the bytes, in pieces that a system call takes. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, Math.min(bytes.length - done, 1 << 30));
}
