/** What every subword model offers, and the vocabulary they share. */
import { TokenizerError } from '../tokenizer.ts';
import { isObject, type Json, listAt, shorten } from './component.ts';

/** Ids of one piece, with [start, end) of each in bytes of the piece's UTF-8 form: two numbers per token. */
export interface ModelTokens {
  readonly ids: number[];
  readonly spans: number[];
}

export type SubwordModel = (piece: string) => ModelTokens;

/** The largest known vocabularies have 262144 entries. */
const MAX_VOCABULARY = 4_000_000;

export type Vocabulary = ReadonlyMap<string, number>;

/** Token → id of BPE, WordPiece and WordLevel (an object) or Unigram (a list of [token, score]). */
export function readVocabulary(model: Json, where: string): Vocabulary {
  const { vocab } = model;
  const entries: [string, unknown][] = Array.isArray(vocab)
    ? vocab.map((entry, id) => [String(Array.isArray(entry) ? entry[0] : entry), id])
    : isObject(vocab)
      ? Object.entries(vocab)
      : [];
  if (entries.length === 0 || entries.length > MAX_VOCABULARY)
    throw new TokenizerError(`${where}: "vocab" must hold 1 to ${MAX_VOCABULARY} tokens, found ${entries.length}`);
  const vocabulary = new Map<string, number>();
  for (const [token, id] of entries) {
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0 || id >= MAX_VOCABULARY)
      throw new TokenizerError(
        `${where}: the id of ${shorten(token)} must be 0 to ${MAX_VOCABULARY - 1}, found ${shorten(id)}`,
      );
    // of entries with one text the last counts, as in the tokenizers library
    vocabulary.set(token, id);
  }
  return vocabulary;
}

/** Entries of "vocab", those that stand twice counted twice: the first id that is free for an added token. */
export const vocabularyEntries = ({ vocab }: Json): number =>
  Array.isArray(vocab) ? vocab.length : isObject(vocab) ? Object.keys(vocab).length : 0;

/** Length of a character in UTF-8. */
export const utf8Length = (character: string): number => {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
};

/** Ids of the `<0xNN>` tokens of a text's bytes; undefined when the vocabulary lacks one. */
export function byteTokens(text: string, vocabulary: Vocabulary): number[] | undefined {
  const ids: number[] = [];
  for (const byte of Buffer.from(text)) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}

/** Scores of a Unigram vocabulary, by id. */
export function readScores(model: Json, where: string): Float64Array {
  return Float64Array.from(listAt(model.vocab, `${where} "vocab"`), (entry, id) => {
    const score: unknown = Array.isArray(entry) ? entry[1] : undefined;
    if (typeof score === 'number') return score;
    throw new TokenizerError(`${where}: entry ${id} of "vocab" must be [token, score], found ${shorten(entry)}`);
  });
}
