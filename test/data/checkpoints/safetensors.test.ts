/** Safetensors: values as PyTorch reads them, every broken file refused, and what we write reads back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CheckpointError, openSafetensors, writeSafetensors } from '../../../src/main/data/checkpoints/safetensors.ts';

const golden = (name: string): string => fileURLToPath(new URL(`../../golden/checkpoints/${name}`, import.meta.url));
const json = (name: string) => JSON.parse(readFileSync(golden(name), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'plumb-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Stored = number | string | boolean;

/** The golden's spelling of what JSON cannot hold. */
function stored(value: number | bigint, dtype: string): Stored {
  if (typeof value === 'bigint') return String(value);
  if (dtype === 'BOOL') return value === 1;
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

describe('reading', () => {
  const file = openSafetensors(golden('checkpoint.safetensors'));
  const { cases, metadata } = json('checkpoint.json') as {
    cases: { name: string; expected: { dtype: string; shape: number[]; data_offsets: number[]; values: Stored[] } }[];
    metadata: Record<string, string>;
  };

  it('finds every tensor and the metadata', () => {
    expect([...file.entries.keys()].sort()).toEqual(cases.map((c) => c.name).sort());
    expect(file.metadata).toEqual(metadata);
  });

  it.each(cases)('$name: type, shape, place and values', ({ name, expected }) => {
    const entry = file.entry(name);
    expect([entry.dtype, entry.shape, entry.offsets]).toEqual([expected.dtype, expected.shape, expected.data_offsets]);
    expect([...file.read(name)].map((value) => stored(value, entry.dtype))).toEqual(expected.values);
  });

  it('converts floats to float32 and refuses to do so with integers', () => {
    expect([...file.float32('weight.f64')]).toEqual([Math.fround(Math.PI), Number.POSITIVE_INFINITY]);
    expect(() => file.float32('ids.i64')).toThrow(/tensor "ids\.i64" is I64; expected F32, F16, BF16 or F64/);
    expect(() => file.read('absent')).toThrow(/there is no tensor "absent"/);
  });
});

describe('broken files', () => {
  const { files, control } = json('malformed/index.json') as {
    files: { file: string; why: string }[];
    control: string;
  };
  /** What the message must say about each fault. */
  const reasons: Record<string, RegExp> = {
    'header-truncated': /the header claims 56 bytes, the file has 32/,
    'header-length-2p63': /the header claims 9223372036854775808 bytes/,
    'header-length-100mb-in-50-bytes': /the header claims 100000000 bytes, the file has 41/,
    'offsets-overlap': /"b" overlaps/,
    'offsets-gap': /bytes 4 to 8, before tensor "b", belong to no tensor/,
    'offsets-out-of-range': /"b" ends at byte 24 of a data part of 12/,
    'offsets-reversed': /"a": data_offsets \[8, 0\] are reversed/,
    'shape-size-mismatch': /"a": F32 of shape \[3\] needs 12 bytes, its data_offsets hold 8/,
    'negative-dimension': /"a": shape must be .* found \[-2\]/,
    'unknown-dtype': /"a" has the unknown type "F13"/,
    'duplicate-keys': /the key "a" is there twice/,
    'duplicate-keys-identical': /the key "a" is there twice/,
    'header-not-utf8': /the header is not UTF-8/,
    'dimensions-overflow': /"a": F32 of shape .* needs .* bytes/,
    'header-not-json': /the header is not valid JSON/,
    'header-not-an-object': /the header is not a JSON object/,
    'trailing-bytes': /4 bytes after the last tensor belong to no tensor/,
    'empty-file': /0 bytes are too few/,
    'metadata-not-strings': /__metadata__ "step" must be a string, found 3/,
    'float-shape': /"a": shape must be .* found \[2\.5\]/,
    'entry-without-offsets': /"a": data_offsets must be two whole numbers/,
  };

  it('has a control that opens', () => {
    expect([...openSafetensors(golden(`malformed/${control}`)).entries.keys()]).toEqual(['a', 'b']);
  });

  it.each(files)('$file is refused: $why', ({ file }) => {
    const open = () => openSafetensors(golden(`malformed/${file}`));
    expect(open).toThrow(CheckpointError);
    expect(open).toThrow(reasons[file.replace('.safetensors', '')]);
    expect(open).toThrow(file);
  });

  /** A file of a header alone. */
  const headerOf = (header: string): string => {
    const bytes = Buffer.from(header);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    writeFileSync(join(folder, 'header.safetensors'), Buffer.concat([length, bytes]));
    return join(folder, 'header.safetensors');
  };

  it.each([
    ['a type that is a property of every object', '{"a":{"dtype":"constructor"}}', /unknown type "constructor"/],
    ['a byte-order mark', '\ufeff{}', /the header is not valid JSON/],
    ['deep nesting', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, /not valid JSON|unknown type undefined/],
    [
      'a huge shape times nothing that claims bytes',
      '{"a":{"dtype":"F32","shape":[0,9007199254740991,9],"data_offsets":[0,4]}}',
      /needs 0 bytes/,
    ],
    ['NaN', '{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}', /the header is not valid JSON/],
  ])('refuses %s', (_name, header, message) => {
    expect(() => openSafetensors(headerOf(header))).toThrow(message);
  });

  it('counts tensors before it parses them', () => {
    const entry = (_: unknown, i: number) => `"${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`;
    const path = headerOf(`{${Array.from({ length: 400_000 }, entry).join(',')}}`);
    const begun = performance.now();
    expect(() => openSafetensors(path)).toThrow(/more than 100000 tensors/);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

describe('writing', () => {
  const path = join(folder, 'written.safetensors');
  const tensors = new Map([
    ['b', { shape: [2, 2], data: Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY) }],
    ['a', { shape: [], data: Float32Array.of(1e-45) }],
    ['empty', { shape: [0, 4], data: new Float32Array() }],
    ['ümlaut and space', { shape: [1], data: new Float32Array([9, 8, 7]).subarray(1, 2) }],
  ]);

  it('sorts names, aligns the data to 8 bytes, says its format, and reads back bit by bit', () => {
    const bytes = writeSafetensors(path, tensors);
    const content = readFileSync(path);
    expect(content.length).toBe(bytes);
    expect(content.readBigUInt64LE(0) % 8n).toBe(0n);
    const file = openSafetensors(path);
    expect([...file.entries.keys()]).toEqual(['a', 'b', 'empty', 'ümlaut and space']);
    expect(file.metadata).toEqual({ format: 'pt' });
    for (const [name, { shape, data }] of tensors) {
      expect(file.entry(name).shape).toEqual(shape);
      expect(file.bytes(name)).toEqual(new Uint8Array(data.slice().buffer));
    }
  });

  it('refuses a shape that does not fit its values', () => {
    const wrong = new Map([['w', { shape: [3], data: new Float32Array(2) }]]);
    expect(() => writeSafetensors(path, wrong)).toThrow(/tensor "w" of shape \[3\] needs 3 values, 2 were given/);
  });
});
