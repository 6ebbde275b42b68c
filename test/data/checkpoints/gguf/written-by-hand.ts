/** GGUF files byte by byte, right or wrong, and files of the golden with some of their parts changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readGgufHeader } from '../../../../src/main/data/checkpoints/gguf/header.ts';

export const goldenModel = (name: string): string =>
  fileURLToPath(new URL(`../../../golden/gguf/models/${name}.gguf`, import.meta.url));

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
export const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
export const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
};

/** A value of the metadata with its type's number in front. */
export type Value = Buffer;
export const asU32 = (value: number): Value => Buffer.concat([u32(4), u32(value)]);
export const asF32 = (value: number): Value => Buffer.concat([u32(6), Buffer.from(Float32Array.of(value).buffer)]);
export const asBool = (value: boolean): Value => Buffer.concat([u32(7), Buffer.of(Number(value))]);
export const asText = (value: string): Value => Buffer.concat([u32(8), text(value)]);
export const asTexts = (values: readonly string[]): Value =>
  Buffer.concat([u32(9), u32(8), u64(values.length), ...values.map(text)]);
export const asI32s = (values: readonly number[]): Value =>
  Buffer.concat([u32(9), u32(5), u64(values.length), Buffer.from(Int32Array.from(values).buffer)]);
export const asF32s = (values: readonly number[]): Value =>
  Buffer.concat([u32(9), u32(6), u64(values.length), Buffer.from(Float32Array.from(values).buffer)]);

export interface RawTensor {
  readonly name: string | Buffer;
  /** As they stand in the file: columns first. */
  readonly dims: readonly (number | bigint)[];
  readonly type: number;
  readonly data: Buffer;
  /** Where it is said to lie; else after the one before. */
  readonly offset?: number | bigint;
}

export interface RawFile {
  readonly metadata: readonly (readonly [key: string | Buffer, value: Value])[];
  readonly tensors: readonly RawTensor[];
}

const aligned = (at: number): number => Math.ceil(at / 32) * 32;

export function ggufBytes({ metadata, tensors }: RawFile): Buffer {
  const parts = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.length)];
  for (const [key, value] of metadata) parts.push(text(key), value);
  let end = 0;
  for (const { name, dims, type, data, offset } of tensors) {
    parts.push(text(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset ?? end));
    end += aligned(data.length);
  }
  const header = Buffer.concat(parts);
  const pad = (length: number) => Buffer.alloc(aligned(length) - length);
  return Buffer.concat([header, pad(header.length), ...tensors.flatMap(({ data }) => [data, pad(data.length)])]);
}

/** A file of the golden taken apart; its metadata is of the kinds that the golden's models have. */
export function takenApart(name: string): RawFile {
  const path = goldenModel(name);
  const header = readGgufHeader(path);
  const file = readFileSync(path);
  const valueFor = (key: string, value: unknown): Value => {
    if (typeof value === 'string') return asText(value);
    if (typeof value === 'boolean') return asBool(value);
    return /epsilon|freq_base|factor/.test(key) ? asF32(Number(value)) : asU32(Number(value));
  };
  return {
    metadata: [...header.metadata].map(([key, value]) => [key, valueFor(key, value)]),
    tensors: [...header.tensors.values()].map(({ name: tensor, shape, type, offset, bytes }) => ({
      name: tensor,
      dims: [...shape].reverse(),
      type: type.number,
      data: file.subarray(offset, offset + bytes),
    })),
  };
}

/** With these keys instead; undefined takes one away. */
export const withKeys = (file: RawFile, keys: Readonly<Record<string, Value | undefined>>): RawFile => ({
  ...file,
  metadata: [
    ...file.metadata.filter(([key]) => !Object.hasOwn(keys, String(key))),
    ...Object.entries(keys).flatMap(([key, value]): [string, Value][] => (value === undefined ? [] : [[key, value]])),
  ],
});

export const float32Tensor = (name: string, values: readonly number[], dims = [values.length]): RawTensor => ({
  name,
  dims,
  type: 0,
  data: Buffer.from(Float32Array.from(values).buffer),
});

export function written(path: string, file: RawFile): string {
  writeFileSync(path, ggufBytes(file));
  return path;
}
