/** Trains a byte-level BPE (Sennrich et al., 1508.07909; bytes as in GPT-2) and writes it as a tokenizer.json. */
import { BYTE_TO_CHAR, GPT2_PATTERN_SOURCE, tokenBytes } from './bytes.ts';
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
  const tokens = [...options.specialTokens, ...letters];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const words = countWords(texts, options.specialTokens, (letter) => idOf.get(letter) ?? 0);
  const pairs = new PairCounts(words);
  const better = options.tieRule === 'greatest-bytes' ? greatestBytes(tokens) : smallestIds;
  const merges: [string, string][] = [];
  while (tokens.length < options.vocabularySize) {
    const best = pairs.best(Math.max(1, options.minFrequency ?? 0), better);
    if (!best) break;
    const [left, right] = best;
    merges.push([tokens[left], tokens[right]]);
    const joined = tokens[left] + tokens[right];
    const id = tokens.length;
    tokens.push(joined);
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

/** Pair frequencies kept up to date while pairs are merged; only words that hold the pair are visited. */
class PairCounts {
  #words: readonly Word[];
  #counts = new Map<string, { pair: [number, number]; count: number; words: Set<number> }>();

  constructor(words: readonly Word[]) {
    this.#words = words;
    words.forEach((word, index) => {
      this.#add(word, index, 1);
    });
  }

  #add(word: Word, index: number, sign: 1 | -1): void {
    for (let i = 0; i + 1 < word.ids.length; i++) {
      const key = `${word.ids[i]},${word.ids[i + 1]}`;
      let entry = this.#counts.get(key);
      if (!entry) {
        entry = { pair: [word.ids[i], word.ids[i + 1]], count: 0, words: new Set() };
        this.#counts.set(key, entry);
      }
      entry.count += sign * word.count;
      if (sign > 0) entry.words.add(index);
      if (entry.count === 0) this.#counts.delete(key);
    }
  }

  best(minimum: number, better: Better): [number, number] | undefined {
    let found: { pair: [number, number]; count: number } | undefined;
    for (const entry of this.#counts.values()) {
      if (entry.count < minimum) continue;
      if (!found || entry.count > found.count || (entry.count === found.count && better(entry.pair, found.pair)))
        found = entry;
    }
    return found?.pair;
  }

  merge(left: number, right: number, id: number): void {
    for (const index of [...(this.#counts.get(`${left},${right}`)?.words ?? [])]) {
      const word = this.#words[index];
      this.#add(word, index, -1);
      word.ids = joinPair(word.ids, left, right, id);
      this.#add(word, index, 1);
    }
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
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
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
