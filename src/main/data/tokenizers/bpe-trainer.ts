/** Trains a byte-level BPE (Sennrich et al., 1508.07909; bytes as in GPT-2) and writes it as a tokenizer.json. */
import { BYTE_TO_CHAR, GPT2_PATTERN_SOURCE, tokenBytes } from './bytes.ts';
import { addedTokenJson } from './json-parts.ts';
import { compileOniguruma } from './pipeline/pattern.ts';

export interface BpeOptions {
  readonly vocabularySize: number;
  readonly specialTokens: readonly string[];
  /**
   * Which of several equally frequent pairs is merged: `smallest-ids` = smallest (left id, right id), as the tokenizers library;
   * `greatest-bytes` = lexicographically greatest pair of byte strings, as CS336's reference.
   */
  readonly tieRule?: 'smallest-ids' | 'greatest-bytes';
  /** Pairs rarer than this are not merged. */
  readonly minFrequency?: number;
  /** Order of the 256 byte letters among the ids. */
  readonly alphabet?: 'letters' | 'bytes';
}

export interface TrainedBpe {
  /** Pairs in the order they were merged, in byte letters. */
  readonly merges: [string, string][];
  /** Token → id: special tokens, then byte letters, then merges. */
  readonly vocabulary: Map<string, number>;
}

const GPT2_PATTERN = compileOniguruma(GPT2_PATTERN_SOURCE, 'byte-level BPE');

interface Word {
  ids: number[];
  readonly count: number;
}

/** Each text is split on its own; special tokens inside a text are cut out first and never merged. */
export function trainBpe(texts: Iterable<string>, options: BpeOptions): TrainedBpe {
  const letters =
    options.alphabet === 'bytes'
      ? [...BYTE_TO_CHAR]
      : [...BYTE_TO_CHAR].sort((a, b) => a.charCodeAt(0) - b.charCodeAt(0));
  const tokens = [...new Set([...options.specialTokens, ...letters])];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const words = countWords(texts, options.specialTokens, (letter) => idOf.get(letter) ?? 0);
  const better = options.tieRule === 'greatest-bytes' ? greatestBytes(tokens) : smallestIds;
  const pairs = new PairCounts(words, better);
  const merges: [string, string][] = [];
  while (tokens.length < options.vocabularySize) {
    const best = pairs.best(Math.max(1, options.minFrequency ?? 0));
    if (!best) break;
    const [left, right] = best;
    merges.push([tokens[left], tokens[right]]);
    const joined = tokens[left] + tokens[right];
    // two pairs can spell the same token: it keeps its first id
    const id = idOf.get(joined) ?? tokens.push(joined) - 1;
    idOf.set(joined, id);
    pairs.merge(left, right, id);
  }
  return { merges, vocabulary: new Map(tokens.map((token, id) => [token, id])) };
}

type Better = (a: readonly [number, number], b: readonly [number, number]) => boolean;

const smallestIds: Better = (a, b) => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** `tokens` grows while training: read at call time. */
const greatestBytes =
  (tokens: readonly string[]): Better =>
  (a, b) => {
    const first = Buffer.compare(bytesOf(tokens[a[0]]), bytesOf(tokens[b[0]]));
    return first !== 0 ? first > 0 : Buffer.compare(bytesOf(tokens[a[1]]), bytesOf(tokens[b[1]])) > 0;
  };

const bytesOf = (token: string): Buffer => Buffer.from(tokenBytes(token) ?? []);

function countWords(texts: Iterable<string>, specials: readonly string[], idOf: (letter: string) => number): Word[] {
  const escaped = specials.map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const part of escaped ? text.split(new RegExp(escaped)) : [text])
      for (const [word] of part.matchAll(GPT2_PATTERN)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ ids: [...Buffer.from(word)].map((b) => idOf(BYTE_TO_CHAR[b])), count }));
}

interface Pair {
  readonly ids: readonly [number, number];
  count: number;
  /** Indices of the words that hold it, or once did. */
  readonly words: Set<number>;
}

interface Candidate {
  readonly ids: readonly [number, number];
  /** When it was put into the heap; the pair's own count may have fallen since. */
  readonly count: number;
}

/** Two ids as one exact number. */
const keyOf = (left: number, right: number): number => left * 0x400_0000 + right;

/** Pair frequencies kept up to date while pairs are merged: only words that hold the pair are visited, and a heap knows the most frequent. */
class PairCounts {
  readonly #words: readonly Word[];
  readonly #pairs = new Map<number, Pair>();
  readonly #heap: Heap<Candidate>;

  constructor(words: readonly Word[], better: Better) {
    this.#words = words;
    this.#heap = new Heap((a, b) => (a.count === b.count ? better(a.ids, b.ids) : a.count > b.count));
    words.forEach((word, index) => {
      this.#add(word, index, 1);
    });
    for (const { ids, count } of this.#pairs.values()) this.#heap.push({ ids, count });
  }

  #add(word: Word, index: number, sign: 1 | -1): void {
    for (let i = 0; i + 1 < word.ids.length; i++) {
      const key = keyOf(word.ids[i], word.ids[i + 1]);
      let pair = this.#pairs.get(key);
      if (!pair) {
        pair = { ids: [word.ids[i], word.ids[i + 1]], count: 0, words: new Set() };
        this.#pairs.set(key, pair);
      }
      pair.count += sign * word.count;
      if (sign > 0) pair.words.add(index);
      if (pair.count === 0) this.#pairs.delete(key);
    }
  }

  /** The most frequent pair; one whose count has fallen goes back with its true count. */
  best(minimum: number): readonly [number, number] | undefined {
    for (let top = this.#heap.pop(); top; top = this.#heap.pop()) {
      const count = this.#pairs.get(keyOf(...top.ids))?.count ?? 0;
      if (count === top.count) return count >= minimum ? top.ids : undefined;
      if (count > 0) this.#heap.push({ ids: top.ids, count });
    }
    return undefined;
  }

  /** Joins a pair everywhere. Only pairs with the new id can have become more frequent. */
  merge(left: number, right: number, id: number): void {
    const grown = new Map<number, readonly [number, number]>();
    for (const index of [...(this.#pairs.get(keyOf(left, right))?.words ?? [])]) {
      const word = this.#words[index];
      this.#add(word, index, -1);
      word.ids = joinPair(word.ids, left, right, id);
      this.#add(word, index, 1);
      for (let i = 0; i + 1 < word.ids.length; i++)
        if (word.ids[i] === id || word.ids[i + 1] === id)
          grown.set(keyOf(word.ids[i], word.ids[i + 1]), [word.ids[i], word.ids[i + 1]]);
    }
    for (const [key, ids] of grown) this.#heap.push({ ids, count: this.#pairs.get(key)?.count ?? 0 });
  }
}

/** Binary heap: `before(a, b)` = a comes out first. */
class Heap<T> {
  readonly #before: (a: T, b: T) => boolean;
  readonly #items: T[] = [];

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.#before(item, items[parent]); parent = (at - 1) >> 1) {
      items[at] = items[parent];
      at = parent;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return last;
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && this.#before(items[child + 1], items[child])) child++;
      if (!this.#before(items[child], last)) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top;
  }
}

function joinPair(ids: readonly number[], left: number, right: number, id: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === left && ids[i + 1] === right) {
      result.push(id);
      i++;
    } else result.push(ids[i]);
  }
  return result;
}

/** A tokenizer.json (byte-level, GPT-2's pattern, no prefix space) that the tokenizers library loads. */
export function bpeTokenizerJson(trained: TrainedBpe, specialTokens: readonly string[]): Record<string, unknown> {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...new Set(specialTokens)].map((content, id) => addedTokenJson({ id, content, special: true })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(trained.vocabulary),
      merges: trained.merges,
    },
  };
}
