/**
 * Table `pair_columns`: what rows are filtered and sorted by, packed by the batch. A million rows are read in a tenth of a second,
 * where the rows themselves would take several. Versions of before this table are read row by row instead.
 */
import { rowDigest } from './digests.ts';
import { charsOf } from './pair-texts.ts';
import { iteratePairs, type NewPair } from './pairs.ts';
import type { Store, WritableStore } from './store.ts';

/** Bits of `flags`. */
export const FLAG = { tie: 1, labelled: 2, wanted: 4, conversation: 8 } as const;

/** Values that are names: what they are called stands in `names`, 0 = has none. */
const NAMED = ['annotator', 'split', 'tags'] as const;
export type NamedColumn = (typeof NAMED)[number];

/** A value for each row of a version. Lengths in code points, −1 where the text does not exist; numbers NaN where there is none. */
export interface PairColumns {
  readonly rows: number;
  readonly chosenChars: Int32Array;
  readonly rejectedChars: Int32Array;
  readonly completionChars: Int32Array;
  readonly margin: Float64Array;
  readonly scoreChosen: Float64Array;
  readonly scoreRejected: Float64Array;
  readonly flags: Uint8Array;
  /** Place in `names`. */
  readonly annotator: Uint32Array;
  readonly split: Uint32Array;
  readonly tags: Uint32Array;
  /** Names by their place; place 0 is "". A row's tags are one name, the tags as a JSON list. */
  readonly names: readonly string[];
}

/** "train", "test" …: the part a row says it belongs to. */
export const splitOf = ({ metadata }: Pick<NewPair, 'metadata'>): string =>
  typeof metadata.split === 'string' ? metadata.split : '';

/** `tags` of a row, a list or words with commas between them, or its one `tag`. */
export function tagsOf({ metadata }: Pick<NewPair, 'metadata'>): readonly string[] {
  const { tags, tag } = metadata;
  if (Array.isArray(tags)) return tags.filter((each): each is string => typeof each === 'string' && each !== '');
  if (typeof tags === 'string') return tags.split(',').flatMap((each) => each.trim() || []);
  return typeof tag === 'string' && tag !== '' ? [tag] : [];
}

const nameOf: Readonly<Record<NamedColumn, (pair: NewPair) => string>> = {
  annotator: (pair) => pair.annotator ?? '',
  split: splitOf,
  tags(pair) {
    const tags = tagsOf(pair);
    return tags.length === 0 ? '' : JSON.stringify(tags);
  },
};

function flagsOf(pair: NewPair): number {
  const chat = [pair.prompt, pair.chosen, pair.rejected, pair.completion].some((text) => Array.isArray(text));
  const label = pair.label === null ? 0 : FLAG.labelled | (pair.label ? FLAG.wanted : 0);
  return (pair.tie ? FLAG.tie : 0) | label | (chat ? FLAG.conversation : 0);
}

/** Places of names, in the order in which they come; "" is place 0. */
function createNames() {
  const places = new Map([['', 0]]);
  return {
    placeOf(name: string): number {
      const known = places.get(name) ?? places.size;
      if (known === places.size) places.set(name, known);
      return known;
    },
    all: () => [...places.keys()],
  };
}

const charsOrNone = (text: NewPair['chosen']): number => (text === null ? -1 : charsOf(text));

/** A batch as it is stored: columns one after the other. */
function pack(pairs: readonly NewPair[]) {
  const n = pairs.length;
  const names = createNames();
  const lengths = new Int32Array(3 * n);
  const numbers = new Float64Array(3 * n);
  const flags = new Uint8Array(n);
  const named = new Uint32Array(3 * n);
  pairs.forEach((pair, i) => {
    lengths[i] = charsOrNone(pair.chosen);
    lengths[n + i] = charsOrNone(pair.rejected);
    lengths[2 * n + i] = charsOrNone(pair.completion);
    numbers[i] = pair.margin ?? Number.NaN;
    numbers[n + i] = pair.scoreChosen ?? Number.NaN;
    numbers[2 * n + i] = pair.scoreRejected ?? Number.NaN;
    flags[i] = flagsOf(pair);
    NAMED.forEach((column, c) => {
      named[c * n + i] = names.placeOf(nameOf[column](pair));
    });
  });
  return { count: n, lengths, numbers, flags, named, names: names.all() };
}

const bytes = ({ buffer, byteOffset, byteLength }: Int32Array | Float64Array | Uint8Array | Uint32Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

/** Rows from number `from` on; inside the caller's transaction. */
export function insertColumns(store: WritableStore, versionId: string, from: number, pairs: readonly NewPair[]): void {
  if (pairs.length === 0) return;
  const { count, lengths, numbers, flags, named, names } = pack(pairs);
  const digests = Float64Array.from(pairs, rowDigest);
  store
    .prepare(
      'INSERT INTO pair_columns (version_id, first, count, lengths, numbers, flags, names, named, digests) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      versionId,
      from,
      count,
      bytes(lengths),
      bytes(numbers),
      bytes(flags),
      JSON.stringify(names),
      bytes(named),
      bytes(digests),
    );
}

interface Stored {
  readonly count: number;
  readonly lengths: Buffer;
  readonly numbers: Buffer;
  readonly flags: Buffer;
  readonly names: string;
  readonly named: Buffer;
}

/** A copy: the driver's buffer may begin anywhere, numbers need multiples of their size. */
const aligned = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer;

const unpack = ({ count, lengths, numbers, flags, names, named }: Stored): ReturnType<typeof pack> => ({
  count,
  lengths: new Int32Array(aligned(lengths)),
  numbers: new Float64Array(aligned(numbers)),
  flags: new Uint8Array(aligned(flags)),
  named: new Uint32Array(aligned(named)),
  names: JSON.parse(names) as string[],
});

/** All columns of a version of `rows` rows. */
export function loadColumns(store: Store, versionId: string, rows: number): PairColumns {
  const int = () => new Int32Array(rows);
  const float = () => new Float64Array(rows);
  const place = () => new Uint32Array(rows);
  const lengths = [int(), int(), int()];
  const numbers = [float(), float(), float()];
  const named = [place(), place(), place()];
  const flags = new Uint8Array(rows);
  const names = createNames();
  let at = 0;
  for (const chunk of chunksOf(store, versionId)) {
    const n = chunk.count;
    const placeOf = chunk.names.map(names.placeOf);
    for (let c = 0; c < 3; c++) {
      lengths[c].set(chunk.lengths.subarray(c * n, (c + 1) * n), at);
      numbers[c].set(chunk.numbers.subarray(c * n, (c + 1) * n), at);
      for (let i = 0; i < n; i++) named[c][at + i] = placeOf[chunk.named[c * n + i]];
    }
    flags.set(chunk.flags, at);
    at += n;
  }
  const [chosenChars, rejectedChars, completionChars] = lengths;
  const [margin, scoreChosen, scoreRejected] = numbers;
  const [annotator, split, tags] = named;
  return {
    rows,
    chosenChars,
    rejectedChars,
    completionChars,
    margin,
    scoreChosen,
    scoreRejected,
    flags,
    annotator,
    split,
    tags,
    names: names.all(),
  };
}

const PACKED_ROWS = 1000;

function* chunksOf(store: Store, versionId: string): Generator<ReturnType<typeof pack>> {
  const stored = store
    .prepare(
      'SELECT count, lengths, numbers, flags, names, named FROM pair_columns WHERE version_id = ? ORDER BY first',
    )
    .iterate(versionId) as IterableIterator<Stored>;
  let found = false;
  for (const row of stored) {
    found = true;
    yield unpack(row);
  }
  if (found) return;
  let batch: NewPair[] = [];
  for (const pair of iteratePairs(store, versionId)) {
    if (batch.push(pair) < PACKED_ROWS) continue;
    yield pack(batch);
    batch = [];
  }
  if (batch.length > 0) yield pack(batch);
}

/** The digest of every row; null where the version was written before there were any. */
export function loadDigests(store: Store, versionId: string, rows: number): Float64Array | null {
  const digests = new Float64Array(rows);
  const chunks = store
    .prepare('SELECT first, digests FROM pair_columns WHERE version_id = ? ORDER BY first')
    .iterate(versionId) as IterableIterator<{ readonly first: number; readonly digests: Buffer | null }>;
  let read = 0;
  for (const { first, digests: stored } of chunks) {
    if (stored === null) return null;
    const chunk = new Float64Array(aligned(stored));
    digests.set(chunk, first);
    read += chunk.length;
  }
  return read === rows ? digests : null;
}
