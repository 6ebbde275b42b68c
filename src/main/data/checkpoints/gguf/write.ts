/** Writes a GGUF file (version 3): metadata, then where each tensor lies, then the tensors one after the other. */
import { closeSync, openSync } from 'node:fs';
import { CheckpointError, writeAll } from '../safetensors.ts';
import type { TensorType } from './types/index.ts';

/** A value with the type it is written as. */
export type Entry =
  | { readonly u32: number }
  | { readonly f32: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly i32s: readonly number[] }
  | { readonly f32s: readonly number[] };

export interface WrittenTensor {
  readonly name: string;
  /** Rows first. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** The values, made when their turn comes. */
  values(): Float32Array;
}

const ALIGNMENT = 32;
const U32 = 4;
const I32 = 5;
const F32 = 6;
const BOOL = 7;
const TEXT = 8;
const LIST = 9;

const padding = (at: number): number => (ALIGNMENT - (at % ALIGNMENT)) % ALIGNMENT;

/** The caller makes it atomic; `onProgress` gets bytes of tensors. */
export function writeGguf(
  path: string,
  metadata: ReadonlyMap<string, Entry>,
  tensors: readonly WrittenTensor[],
  onProgress?: (done: number, total: number) => void,
): void {
  const sizes = tensors.map(({ name, shape, type }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    if ((shape.at(-1) ?? 1) % type.valuesPerBlock !== 0)
      throw new CheckpointError(
        `${path}: rows of ${shape.at(-1)} values of "${name}" are no whole blocks of ${type.id}`,
      );
    return { count, bytes: (count / type.valuesPerBlock) * type.bytesPerBlock };
  });
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const header = headerOf(metadata, tensors, sizes);
  const fd = openSync(path, 'w');
  try {
    writeAll(fd, header);
    let done = 0;
    tensors.forEach(({ name, type, values }, i) => {
      const data = values();
      if (data.length !== sizes[i].count || !type.encode)
        throw new CheckpointError(
          `${path}: "${name}" has ${data.length} values, ${sizes[i].count} as ${type.id} were expected`,
        );
      writeAll(fd, type.encode(data));
      writeAll(fd, Buffer.alloc(padding(sizes[i].bytes)));
      done += sizes[i].bytes;
      onProgress?.(done, total);
    });
  } finally {
    closeSync(fd);
  }
}

function headerOf(
  metadata: ReadonlyMap<string, Entry>,
  tensors: readonly WrittenTensor[],
  sizes: readonly { bytes: number }[],
): Buffer {
  const out = new HeaderWriter();
  out.raw(Buffer.from('GGUF')).u32(3).u64(tensors.length).u64(metadata.size);
  for (const [key, entry] of metadata) out.text(key).entry(entry);
  let offset = 0;
  tensors.forEach(({ name, shape, type }, i) => {
    out.text(name).u32(shape.length);
    for (const dim of [...shape].reverse()) out.u64(dim);
    out.u32(type.number).u64(offset);
    offset += sizes[i].bytes + padding(sizes[i].bytes);
  });
  return out.raw(Buffer.alloc(padding(out.length))).finish();
}

class HeaderWriter {
  #parts: Buffer[] = [];
  length = 0;

  raw(part: Buffer): this {
    this.#parts.push(part);
    this.length += part.length;
    return this;
  }

  u32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    return this.raw(part);
  }

  u64(value: number): this {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(BigInt(value));
    return this.raw(part);
  }

  text(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    return this.u64(bytes.length).raw(bytes);
  }

  #list(type: number, count: number): this {
    return this.u32(LIST).u32(type).u64(count);
  }

  entry(entry: Entry): this {
    if ('u32' in entry) return this.u32(U32).u32(entry.u32);
    if ('f32' in entry) return this.u32(F32).raw(Buffer.from(Float32Array.of(entry.f32).buffer));
    if ('bool' in entry) return this.u32(BOOL).raw(Buffer.of(entry.bool ? 1 : 0));
    if ('text' in entry) return this.u32(TEXT).text(entry.text);
    if ('i32s' in entry) return this.#list(I32, entry.i32s.length).raw(Buffer.from(Int32Array.from(entry.i32s).buffer));
    if ('f32s' in entry)
      return this.#list(F32, entry.f32s.length).raw(Buffer.from(Float32Array.from(entry.f32s).buffer));
    this.#list(TEXT, entry.texts.length);
    for (const text of entry.texts) this.text(text);
    return this;
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
