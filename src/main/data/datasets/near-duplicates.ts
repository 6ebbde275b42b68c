/**
 * Near duplicates among many rows: MinHash with bands (Broder 1997; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4) proposes,
 * the estimate from a byte of each hash (Li and König 2010, b-bit minwise hashing) turns away most of what bands propose by chance, and the exact
 * Jaccard similarity of the runs of words decides. So what is found is true; what is missed is told by `expectedRecall`.
 */
import { createRandom } from '../../base/random.ts';
import { jaccardOf, shinglesOf } from './shingles.ts';

const BANDS = 16;
const BAND_ROWS = 8;
const HASHES = BANDS * BAND_ROWS;

/** Earlier rows that a row is held against in each band: a band of a million alike rows must not cost a million². */
export const COMPARED = 4;
/** Runs that are kept while rows are compared, of all sets together: 128 MB. */
const KEPT_RUNS = 2 ** 25;

/** Odd multipliers and masks of the hash functions: the same in every run. */
const FUNCTIONS = (() => {
  const random = createRandom('near duplicates');
  const draw = () => Uint32Array.from({ length: HASHES }, () => random.integer(2 ** 32));
  return { masks: draw(), factors: draw().map((factor) => factor | 1) };
})();

/** The smallest value of each hash function over the set; two sets agree in a place with the probability of their Jaccard similarity. */
export function minHash(shingles: Uint32Array): Uint32Array {
  const { masks, factors } = FUNCTIONS;
  const least = new Uint32Array(HASHES).fill(0xffffffff);
  for (const shingle of shingles)
    for (let h = 0; h < HASHES; h++) {
      let value = Math.imul(shingle ^ masks[h], factors[h]);
      value = (value ^ (value >>> 15)) >>> 0;
      if (value < least[h]) least[h] = value;
    }
  return least;
}

/** Share of places in which two signatures agree: an estimate of the Jaccard similarity, with a standard error of √(s(1 − s) / 128). */
export function estimatedJaccard(a: Uint32Array, b: Uint32Array): number {
  let same = 0;
  for (let h = 0; h < HASHES; h++) if (a[h] === b[h]) same++;
  return same / HASHES;
}

/** Standard errors below the threshold at which an estimate is not looked at: of what is at the threshold, one in 4 000 is lost. */
const DOUBT = 3.5;
const LOST_AT_THRESHOLD = 1 / 4000;

/** Least number of equal bytes, of 128, with which two rows can be as similar as the threshold. */
function leastEqual(threshold: number): number {
  const error = Math.sqrt((threshold * (1 - threshold)) / HASHES);
  const similarity = Math.max(0, threshold - DOUBT * error);
  // bytes of different hashes are equal by chance once in 256
  return Math.floor(HASHES * (similarity + (1 - similarity) / 256));
}

/** Probability that two rows of this similarity are compared exactly: 1 − (1 − s⁸)¹⁶, less what estimates lose. */
export const expectedRecall = (similarity: number): number =>
  (1 - (1 - similarity ** BAND_ROWS) ** BANDS) * (similarity < 1 ? 1 - LOST_AT_THRESHOLD : 1);

function bandHash(signature: Uint32Array, band: number): number {
  let hash = band + 1;
  for (let i = band * BAND_ROWS; i < (band + 1) * BAND_ROWS; i++) {
    hash = Math.imul(hash ^ signature[i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

export interface NearDuplicateFinder {
  /** Rows one after the other, from 0. */
  add(text: string): void;
  /**
   * Marks every row that is at least as similar to an earlier one as the threshold; `textOf` reads a row again. Yields now and then, so that
   * others may run.
   */
  find(textOf: (row: number) => string): Generator<void, NearDuplicates>;
}

export interface NearDuplicates {
  /** The earlier row for each row, −1 where there is none. */
  readonly earlier: Int32Array;
  /** Rows of which none was found although some band has more rows for them than they were held against. */
  readonly notHeldAgainstAll: number;
}

/** For `rows` rows: 192 bytes each. */
export function findNearDuplicates(rows: number, threshold: number): NearDuplicateFinder {
  const bands = Array.from({ length: BANDS }, () => new Uint32Array(rows));
  const sketches = new Uint8Array(rows * HASHES);
  const least = leastEqual(threshold);
  const mayBeNear = (a: number, b: number): boolean => {
    let equal = 0;
    for (let h = 0; h < HASHES; h++) if (sketches[a * HASHES + h] === sketches[b * HASHES + h]) equal++;
    return equal >= least;
  };
  let count = 0;
  return {
    add(text) {
      const shingles = shinglesOf(text);
      const signature = minHash(shingles);
      // rows without words are alike in nothing: a hash of their own
      const empty = shingles.length === 0;
      for (let band = 0; band < BANDS; band++) bands[band][count] = empty ? count : bandHash(signature, band);
      for (let h = 0; h < HASHES; h++) sketches[count * HASHES + h] = signature[h] & 0xff;
      count++;
    },
    *find(textOf) {
      const earlier = new Int32Array(count).fill(-1);
      const crowded = new Uint8Array(count);
      const setOf = keptSets(textOf);
      const isNear = (a: number, b: number) => mayBeNear(a, b) && jaccardOf(setOf(a), setOf(b)) >= threshold;
      for (const band of bands) {
        yield;
        let compared = 0;
        for (const group of groupsOf(band.subarray(0, count)))
          for (let i = 1; i < group.length; i++) {
            const row = group[i];
            if (earlier[row] !== -1) continue;
            const asked = askedOf(group, i, earlier);
            earlier[row] = asked.find((other) => isNear(row, other)) ?? -1;
            if (asked.length < i) crowded[row] = 1;
            if (++compared % 256 === 0) yield;
          }
      }
      return { earlier, notHeldAgainstAll: crowded.filter((is, row) => is === 1 && earlier[row] === -1).length };
    },
  };
}

/** Rows of the group that row `i` of it is held against: the one before, the first, and the last that stand for themselves. */
function askedOf(group: readonly number[], i: number, earlier: Int32Array): number[] {
  const recent = group.slice(Math.max(1, i - 8 * COMPARED), Math.max(1, i - 1)).filter((row) => earlier[row] === -1);
  return [...new Set([group[i - 1], group[0], ...recent.slice(2 - COMPARED)])];
}

/** Rows of equal hash, each group rising; groups of one are left out. */
function* groupsOf(hashes: Uint32Array): Generator<number[]> {
  const ROWS = 2 ** 21;
  if (hashes.length > ROWS) throw new RangeError(`near duplicates are looked for in at most ${ROWS} rows`);
  const keys = Float64Array.from(hashes, (hash, row) => hash * ROWS + row).sort();
  let group: number[] = [];
  let hash = -1;
  for (const key of keys) {
    const own = Math.floor(key / ROWS);
    if (own !== hash) {
      if (group.length > 1) yield group;
      group = [];
      hash = own;
    }
    group.push(key % ROWS);
  }
  if (group.length > 1) yield group;
}

function keptSets(textOf: (row: number) => string): (row: number) => Uint32Array {
  const kept = new Map<number, Uint32Array>();
  let runs = 0;
  return (row) => {
    const known = kept.get(row);
    if (known) return known;
    const set = shinglesOf(textOf(row));
    runs += set.length;
    if (runs > KEPT_RUNS) {
      kept.clear();
      runs = set.length;
    }
    kept.set(row, set);
    return set;
  };
}
