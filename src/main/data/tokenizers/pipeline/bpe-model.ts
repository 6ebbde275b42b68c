/** Byte-pair encoding (Sennrich et al., 1508.07909): joins the neighbouring pair of lowest rank until none is left. */
import { TokenizerError } from '../tokenizer.ts';
import { flagAt, type Json, listAt, shorten } from './component.ts';
import { byteTokens, type ModelTokens, type SubwordModel, utf8Length, type Vocabulary } from './model.ts';

/** Two ids as one exact number. */
const pairKey = (left: number, right: number): number => left * 0x400_0000 + right;

interface Merges {
  /** pairKey → rank. */
  readonly ranks: ReadonlyMap<number, number>;
  /** rank → id of the joined token. */
  readonly joined: Int32Array;
  /** rank → when it is joined: the rank, or the first of the merges it is tied with. */
  readonly turns: Int32Array;
}

function readMerges(model: Json, vocabulary: Vocabulary, prefix: string, where: string): Merges {
  const list = listAt(model.merges, `${where} "merges"`);
  const ranks = new Map<number, number>();
  const joined = new Int32Array(list.length);
  list.forEach((entry, rank) => {
    const [left, right] = partsOf(entry, `${where} merge ${rank}`);
    const idOf = (token: string): number => {
      const id = vocabulary.get(token);
      if (id === undefined)
        throw new TokenizerError(`${where}: merge ${rank} needs ${shorten(token)}, which is not in "vocab"`);
      return id;
    };
    joined[rank] = idOf(left + right.slice(right.startsWith(prefix) ? prefix.length : 0));
    ranks.set(pairKey(idOf(left), idOf(right)), rank);
  });
  return { ranks, joined, turns: readTurns(model, joined, where) };
}

/**
 * `tied_merges`, our own field (sentence-piece-json.ts): merges have scores, so that those of one token have the same turn, and so have those in the spans
 * [first, count] that it lists; of one turn the leftmost in the text comes first.
 */
function readTurns(model: Json, joined: Int32Array, where: string): Int32Array {
  const count = joined.length;
  const turns = Int32Array.from({ length: count }, (_, rank) => rank);
  if (model.tied_merges === undefined) return turns;
  for (let rank = 1; rank < count; rank++) if (joined[rank] === joined[rank - 1]) turns[rank] = turns[rank - 1];
  for (const span of listAt(model.tied_merges, `${where} "tied_merges"`)) {
    const [first, length]: readonly unknown[] = Array.isArray(span) ? span : [];
    const isSpan = Number.isInteger(first) && Number.isInteger(length) && Number(first) >= 0 && Number(length) > 0;
    if (!isSpan || Number(first) + Number(length) > count)
      throw new TokenizerError(
        `${where}: "tied_merges" holds ${shorten(span)}, spans of ${count} merges were expected`,
      );
    turns.fill(Number(first), Number(first), Number(first) + Number(length));
  }
  return turns;
}

/** "a b" or ["a", "b"]. */
function partsOf(entry: unknown, where: string): [string, string] {
  const parts: readonly unknown[] = typeof entry === 'string' ? entry.split(' ') : Array.isArray(entry) ? entry : [];
  const [left, right] = parts;
  if (parts.length === 2 && typeof left === 'string' && typeof right === 'string') return [left, right];
  throw new TokenizerError(`${where}: expected "a b" or ["a", "b"], found ${shorten(entry)}`);
}

/** When each merge is due, by its place in the list: its rank, or that of the first it is tied with. Throws TokenizerError. */
export const mergeTurns = (model: Json, vocabulary: Vocabulary, where: string): Int32Array =>
  readMerges(model, vocabulary, '', where).turns;

export function bpeModel(model: Json, vocabulary: Vocabulary, where: string): SubwordModel {
  const prefix = typeof model.continuing_subword_prefix === 'string' ? model.continuing_subword_prefix : '';
  const suffix = typeof model.end_of_word_suffix === 'string' ? model.end_of_word_suffix : '';
  const merges = readMerges(model, vocabulary, prefix, where);
  const unknown = typeof model.unk_token === 'string' ? (vocabulary.get(model.unk_token) ?? null) : null;
  const rules: LetterRules = {
    vocabulary,
    prefix,
    suffix,
    unknown,
    fuse: flagAt(model, 'fuse_unk', false),
    bytes: flagAt(model, 'byte_fallback', false),
  };
  const ignoreMerges = flagAt(model, 'ignore_merges', false);
  return (piece) => {
    const whole = ignoreMerges ? vocabulary.get(piece) : undefined;
    if (whole !== undefined) return { ids: [whole], spans: [0, Buffer.byteLength(piece)] };
    const { ids, lengths } = letters(piece, rules);
    return merge(ids, lengths, merges);
  };
}

interface LetterRules {
  readonly vocabulary: Vocabulary;
  readonly prefix: string;
  readonly suffix: string;
  readonly unknown: number | null;
  readonly fuse: boolean;
  readonly bytes: boolean;
}

/** Ids of the single characters with their lengths in bytes. A character that nothing stands for vanishes, length and all, as in the tokenizers library. */
function letters(piece: string, { vocabulary, prefix, suffix, unknown, fuse, bytes }: LetterRules) {
  const ids: number[] = [];
  const lengths: number[] = [];
  // length of an unknown token that waits for its neighbours; byte tokens do not flush it (the library's order is kept)
  let waiting = -1;
  const flush = () => {
    if (waiting >= 0 && unknown !== null) {
      ids.push(unknown);
      lengths.push(waiting);
    }
    waiting = -1;
  };
  let unit = 0;
  for (const character of piece) {
    const isFirst = unit === 0;
    unit += character.length;
    const text = (isFirst ? '' : prefix) + character + (unit === piece.length ? suffix : '');
    const length = utf8Length(character);
    const id = vocabulary.get(text);
    if (id !== undefined) {
      flush();
      ids.push(id);
      lengths.push(length);
      continue;
    }
    const parts = bytes ? byteTokens(text, vocabulary) : undefined;
    if (parts) {
      for (const part of parts) {
        ids.push(part);
        lengths.push(1);
      }
    } else if (unknown !== null) {
      if (!fuse) flush();
      waiting = Math.max(waiting, 0) + length;
    }
  }
  flush();
  return { ids, lengths };
}

/** Joins pairs, lowest rank first, leftmost first among equals; a heap keeps long pieces at n log n. */
function merge(ids: number[], lengths: number[], { ranks, joined, turns }: Merges): ModelTokens {
  const count = ids.length;
  const next = Int32Array.from({ length: count }, (_, i) => (i + 1 < count ? i + 1 : -1));
  const previous = Int32Array.from({ length: count }, (_, i) => i - 1);
  const heap = new CandidateHeap();
  const consider = (left: number): void => {
    const right = left < 0 ? -1 : next[left];
    if (right < 0) return;
    const rank = ranks.get(pairKey(ids[left], ids[right]));
    if (rank !== undefined) heap.push(pairKey(turns[rank], left));
  };
  for (let i = 0; i + 1 < count; i++) consider(i);
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const turn = Math.floor(top / 0x400_0000);
    const left = top - turn * 0x400_0000;
    const right = next[left];
    if (lengths[left] < 0 || right < 0) continue;
    // stale when the pair has changed; a pair that joins to the same token counts as unchanged, as in the library, and one of the same turn is due as well
    const current = ranks.get(pairKey(ids[left], ids[right]));
    if (current === undefined || (joined[current] !== joined[turn] && turns[current] !== turn)) continue;
    ids[left] = joined[current];
    lengths[left] += lengths[right];
    lengths[right] = -1;
    next[left] = next[right];
    if (next[right] >= 0) previous[next[right]] = left;
    consider(previous[left]);
    consider(left);
  }
  return remaining(ids, lengths);
}

function remaining(ids: readonly number[], lengths: readonly number[]): ModelTokens {
  const result: ModelTokens = { ids: [], spans: [] };
  let at = 0;
  for (let i = 0; i < ids.length; i++) {
    if (lengths[i] < 0) continue;
    result.ids.push(ids[i]);
    result.spans.push(at, at + lengths[i]);
    at += lengths[i];
  }
  return result;
}

/** Binary heap of numbers, smallest first. */
class CandidateHeap {
  #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent] <= item) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return last;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1] < items[child]) child++;
      if (items[child] >= last) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top;
  }
}
