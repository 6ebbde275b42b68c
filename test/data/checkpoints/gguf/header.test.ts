/** Headers of GGUF files: values as gguf-py reads them, every broken file refused with its reason, and no damage crashes or hangs the reader. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type GgufHeader, readGgufHeader, readGgufTensor } from '../../../../src/main/data/checkpoints/gguf/header.ts';
import { CheckpointError } from '../../../../src/main/data/checkpoints/safetensors.ts';

const golden = (name: string): string => fileURLToPath(new URL(`../../../golden/gguf/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'plumb-gguf-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The control with some of its bytes replaced. */
function changed(name: string, change: (bytes: Buffer) => Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, change(readFileSync(golden('malformed/good.gguf'))));
  return path;
}

describe('reading', () => {
  it('finds the control’s tensor', () => {
    const header = readGgufHeader(golden('malformed/good.gguf'));
    const tensor = header.tensors.get('w');
    if (!tensor) throw new Error('there is no tensor "w"');
    expect([...readGgufTensor(tensor)]).toEqual([1, 2, 3, 4]);
    expect(header.metadata.get('general.architecture')).toBe('llama');
  });

  it('reads every type of value and of data', () => {
    const { file, types } = JSON.parse(readFileSync(golden('quant.json'), 'utf8')) as {
      file: { metadata: Record<string, unknown> };
      types: { type: string; values: string }[];
    };
    const { tensors } = readGgufHeader(golden('quant.gguf'));
    for (const { type, values } of types) {
      const tensor = tensors.get(`t.${type}`);
      if (!tensor) throw new Error(`there is no tensor "t.${type}"`);
      expect(Buffer.from(readGgufTensor(tensor).buffer).toString('base64'), type).toBe(values);
    }
    // without its tensors the file has the same metadata
    const path = join(folder, 'metadata.gguf');
    const bytes = readFileSync(golden('quant.gguf'));
    bytes.writeBigUInt64LE(0n, 8);
    writeFileSync(path, bytes);
    const found = Object.fromEntries(readGgufHeader(path).metadata);
    const spelt = (value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
    for (const [key, value] of Object.entries(file.metadata)) {
      const expected = typeof found[key] === 'number' && typeof value === 'string' ? Number(value) : value;
      expect(spelt(found[key]), key).toEqual(expected);
    }
    expect(Object.keys(found)).toHaveLength(Object.keys(file.metadata).length);
  });
});

it.each([
  [39, /tensor "w" has the type MXFP4; read are F32, F16/],
  [16, /tensor "w" has the type IQ2_XXS; read are F32, F16/],
  [32, /tensor "w" has the type Q4_0_4_8; read are F32, F16/],
])('refuses by name the type of data %i', (number, reason) => {
  const path = changed(`type-${number}.gguf`, (bytes) => {
    // after the tensor's name "w", its rank and its one dimension
    bytes.writeUInt32LE(number, bytes.indexOf(Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 119])) + 9 + 4 + 8);
    return bytes;
  });
  expect(() => readGgufHeader(path)).toThrow(reason);
});

describe('broken files', () => {
  const { files, control } = JSON.parse(readFileSync(golden('malformed/index.json'), 'utf8')) as {
    files: { file: string; why: string }[];
    control: string;
  };
  /** What the message must say about each fault. */
  const reasons: Record<string, RegExp> = {
    'bad-magic': /does not begin with "GGUF" but with "GGML"/,
    'version-99': /GGUF version 99 is not read; known are 2 and 3/,
    'huge-tensor-count': /the number of tensors is 1099511627776; at most 6/,
    'huge-kv-count': /the number of metadata keys is 1099511627776; at most 11/,
    'string-length-2p62': /the length of the name of tensor 0 is 4611686018427387904/,
    'n-dims-1000': /tensor "w" has 1000 dimensions; at most 4/,
    'dimensions-overflow': /tensor "w": 4294967296 × 4294967296 × 4 values are more than any file holds/,
    'offset-beyond-file': /tensor "w" needs 16 bytes from byte 1048704, the file ends at byte 144/,
    'bad-alignment': /general\.alignment must be a power of two, found 3/,
    'alignment-zero': /general\.alignment must be a power of two, found 0/,
    'truncated-header': /the length of the name of metadata key 0 is 20; at most 8/,
    'truncated-data': /tensor "w" needs 16 bytes from byte 128, the file ends at byte 132/,
    'unknown-tensor-type': /tensor "w" has the unknown type 200; read are F32/,
    'unknown-value-type': /"general\.architecture" has the value type 77; types are 0 to 12/,
    'offset-misaligned': /tensor "w" begins at offset 7, which is no multiple of the alignment 32/,
    'nested-array-bomb': /lists nested more than 4 deep/,
  };

  it('the list is complete', () => {
    expect(files.map(({ file }) => file.replace('.gguf', '')).sort()).toEqual(Object.keys(reasons).sort());
    expect(() => readGgufHeader(golden(`malformed/${control}`))).not.toThrow();
  });

  it.each(files)('$file: $why', ({ file }) => {
    const path = golden(`malformed/${file}`);
    const start = performance.now();
    expect(() => readGgufHeader(path)).toThrow(CheckpointError);
    expect(() => readGgufHeader(path)).toThrow(reasons[file.replace('.gguf', '')]);
    expect(() => readGgufHeader(path)).toThrow(path);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it.each([
    [
      'big-endian',
      (b: Buffer) => Buffer.concat([b.subarray(0, 4), Buffer.from([0, 0, 0, 3]), b.subarray(8)]),
      /big-endian/,
    ],
    ['empty', () => Buffer.alloc(0), /the magic "GGUF" needs 4 bytes at byte 0, the file has 0 left/],
  ] as const)('%s', (name, change, reason) => {
    expect(() => readGgufHeader(changed(`${name}.gguf`, change))).toThrow(reason);
  });
});

describe('damage', () => {
  /** Reads a damaged file whole: a clear refusal, or a header whose tensors can be read. */
  function readAll(bytes: Uint8Array): void {
    const path = join(folder, 'damaged.gguf');
    writeFileSync(path, bytes);
    let header: GgufHeader;
    try {
      header = readGgufHeader(path);
    } catch (error) {
      expect(error).toBeInstanceOf(CheckpointError);
      expect(String(error)).toContain(path);
      return;
    }
    for (const tensor of header.tensors.values()) readGgufTensor(tensor);
  }
  const originals = ['malformed/good.gguf', 'quant.gguf'].map((name) => readFileSync(golden(name)));
  const original = fc.constantFrom(...originals);

  it('a file cut anywhere', () => {
    fc.assert(
      fc.property(original, fc.nat(), (bytes, at) => readAll(bytes.subarray(0, at % bytes.length))),
      { numRuns: 300 },
    );
  });

  it('bytes changed anywhere in the header', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(original, changes, (bytes, list) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of list) damaged[at % Math.min(1376, bytes.length)] = value;
        readAll(damaged);
      }),
      { numRuns: 1000 },
    );
  });
});
