/** The header of a GGUF file (version 2 and 3, little-endian): metadata, and where each tensor lies. All of it is checked before anything is allocated. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CheckpointError } from '../safetensors.ts';
import { ByteReader, ReadError } from './byte-reader.ts';
import { type MetadataValue, readKeys } from './metadata.ts';
import { type TensorType, typeOfNumber } from './types/index.ts';

/** No known model has more than some thousands. */
const MAX_TENSORS = 100_000;
const MAX_NAME_BYTES = 1024;
/** GGML's. */
const MAX_RANK = 4;
const DEFAULT_ALIGNMENT = 32;

export interface GgufTensor {
  readonly name: string;
  readonly type: TensorType;
  /** Rows first, as PyTorch writes shapes; the file has them the other way round. */
  readonly shape: readonly number[];
  /** The file it lies in, and where from that file's start. */
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface GgufHeader {
  readonly path: string;
  readonly version: number;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  readonly fileBytes: number;
}

/** Throws CheckpointError that names the file, what was expected and what was found. */
export function readGgufHeader(path: string): GgufHeader {
  const fd = openSync(path, 'r');
  try {
    const fileBytes = fstatSync(fd).size;
    const { tensors, ...rest } = parse(new ByteReader(fd, fileBytes), fileBytes);
    return {
      path,
      fileBytes,
      ...rest,
      tensors: new Map([...tensors].map(([name, placed]) => [name, { ...placed, path }])),
    };
  } catch (cause) {
    if (cause instanceof ReadError) throw new CheckpointError(`${path}: ${cause.message}`, { cause });
    throw cause;
  } finally {
    closeSync(fd);
  }
}

type Placed = Omit<GgufTensor, 'path'>;

function parse(
  reader: ByteReader,
  fileBytes: number,
): Pick<GgufHeader, 'version' | 'metadata'> & { readonly tensors: Map<string, Placed> } {
  const magic = reader.take(4, 'the magic "GGUF"').toString('latin1');
  if (magic !== 'GGUF') throw new ReadError(`it does not begin with "GGUF" but with ${JSON.stringify(magic)}`);
  const version = reader.uint32('the version');
  if (version === 0x02000000 || version === 0x03000000)
    throw new ReadError('it is a big-endian GGUF file; little-endian ones are read');
  if (version !== 2 && version !== 3) throw new ReadError(`GGUF version ${version} is not read; known are 2 and 3`);
  // each entry takes some bytes, so that the file's size bounds the counts
  const tensorCount = reader.count('the number of tensors', Math.min(MAX_TENSORS, Math.floor(fileBytes / 24)));
  const keyCount = reader.count('the number of metadata keys', Math.floor(fileBytes / 13));
  const metadata = readKeys(reader, keyCount);
  const alignment = alignmentOf(metadata);
  const claims = Array.from({ length: tensorCount }, (_, i) => readClaim(reader, i));
  const start = Math.ceil(reader.position / alignment) * alignment;
  return { version, metadata, tensors: place(claims, start, alignment, fileBytes) };
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>): number {
  const value = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  if (typeof value === 'number' && value > 0 && value <= 1 << 30 && Number.isInteger(Math.log2(value))) return value;
  throw new ReadError(`general.alignment must be a power of two, found ${String(value)}`);
}

/** A tensor as its entry has it: the offset counts from the data's start. */
type Claim = Omit<Placed, 'offset'> & { readonly relative: number };

function readClaim(reader: ByteReader, index: number): Claim {
  const name = reader.text(`the name of tensor ${index}`, MAX_NAME_BYTES);
  const what = `tensor "${name}"`;
  const rank = reader.uint32(`the rank of ${what}`);
  if (rank > MAX_RANK) throw new ReadError(`${what} has ${rank} dimensions; at most ${MAX_RANK} are possible`);
  const dims = Array.from({ length: rank }, (_, i) =>
    reader.count(`dimension ${i} of ${what}`, Number.MAX_SAFE_INTEGER),
  );
  const type = typeOfNumber(reader.uint32(`the type of ${what}`), what);
  const relative = reader.count(`the offset of ${what}`, Number.MAX_SAFE_INTEGER);
  const values = dims.reduce((a, b) => a * b, 1);
  const { id, valuesPerBlock, bytesPerBlock } = type;
  if (!Number.isSafeInteger(values * bytesPerBlock))
    throw new ReadError(`${what}: ${dims.join(' × ')} values are more than any file holds`);
  if ((dims[0] ?? 1) % valuesPerBlock !== 0)
    throw new ReadError(
      `${what}: rows of ${dims[0]} values are no whole blocks of ${id}, which has ${valuesPerBlock} a block`,
    );
  return { name, type, shape: dims.reverse(), bytes: (values / valuesPerBlock) * bytesPerBlock, relative };
}

/** Offsets from the start of the file; every tensor lies within the file and no two share bytes. */
function place(claims: readonly Claim[], start: number, alignment: number, fileBytes: number): Map<string, Placed> {
  const tensors = new Map<string, Placed>();
  let end = 0;
  for (const { relative, ...claim } of [...claims].sort((a, b) => a.relative - b.relative || a.bytes - b.bytes)) {
    const what = `tensor "${claim.name}"`;
    if (tensors.has(claim.name)) throw new ReadError(`${what} is there twice`);
    if (relative % alignment !== 0)
      throw new ReadError(`${what} begins at offset ${relative}, which is no multiple of the alignment ${alignment}`);
    if (start + relative + claim.bytes > fileBytes)
      throw new ReadError(
        `${what} needs ${claim.bytes} bytes from byte ${start + relative}, the file ends at byte ${fileBytes}`,
      );
    if (relative < end) throw new ReadError(`${what} begins at offset ${relative}, inside the tensor before it`);
    end = relative + claim.bytes;
    tensors.set(claim.name, { ...claim, offset: start + relative });
  }
  return tensors;
}

/** A tensor's values as float32, in the order of the file. */
export function readGgufTensor({ path, name, type, offset, bytes }: GgufTensor): Float32Array {
  const fd = openSync(path, 'r');
  try {
    const values = new Float32Array((bytes / type.bytesPerBlock) * type.valuesPerBlock);
    // in pieces, so that the packed form of a large tensor is never in memory as a whole
    const blocks = Math.max(1, Math.floor((16 << 20) / type.bytesPerBlock));
    for (let done = 0; done < bytes; ) {
      const piece = new Uint8Array(Math.min(blocks * type.bytesPerBlock, bytes - done));
      for (let at = 0; at < piece.length; ) {
        const read = readSync(fd, piece, at, piece.length - at, offset + done + at);
        if (read === 0) throw new CheckpointError(`${path}: the file ended inside tensor "${name}"`);
        at += read;
      }
      const first = (done / type.bytesPerBlock) * type.valuesPerBlock;
      const count = (piece.length / type.bytesPerBlock) * type.valuesPerBlock;
      type.decode(piece, values.subarray(first, first + count));
      done += piece.length;
    }
    return values;
  } finally {
    closeSync(fd);
  }
}
