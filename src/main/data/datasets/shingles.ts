/** A row's texts as a set of hashed runs of words: what near duplicates are compared by. */
import type { StoredPair } from '../../../preload/contract/datasets.ts';
import { plainText } from '../store/pair-texts.ts';

/** Words of a run. */
export const SHINGLE_WORDS = 3;

/** All texts of a row, a line each: one that is relabelled is as near as before. */
export const rowText = (pair: Omit<StoredPair, 'index'>): string =>
  [pair.prompt, pair.chosen, pair.rejected, pair.completion]
    .flatMap((text) => (text === null ? [] : plainText(text)))
    .join('\n');

const WORD = /[\p{L}\p{N}]+/gu;

/** 32 bits of a word, well mixed (FNV-1a, then murmur's finish). */
function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return mix(hash);
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Distinct hashes of all runs of three words, rising; of a shorter text, of the whole of it; none without a word. */
export function shinglesOf(text: string): Uint32Array {
  const words = (text.toLowerCase().match(WORD) ?? []).map(hashWord);
  const width = Math.min(SHINGLE_WORDS, words.length);
  const runs = new Set<number>();
  for (let at = 0; width > 0 && at + width <= words.length; at++) {
    let run = 0;
    for (let i = at; i < at + width; i++) run = mix(Math.imul(run, 31) + words[i]);
    runs.add(run);
  }
  return Uint32Array.from(runs).sort();
}

/** |A ∩ B| / |A ∪ B| of two rising lists; 0 when both are empty. */
export function jaccardOf(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i], b[j]];
    if (x === y) shared++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  const union = a.length + b.length - shared;
  return union === 0 ? 0 : shared / union;
}
