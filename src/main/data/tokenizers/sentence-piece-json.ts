/** A SentencePiece vocabulary with scores (BPE) as a tokenizer.json: llama2.c's tokenizer files and GGUF's type "llama". */
import { type AddedEntry, addedTokenJson, templateJson } from './json-parts.ts';
import { TokenizerError } from './tokenizer.ts';

export const SPACE_MARK = '\u2581';

/** Every way to cut a token in two can make a merge: bounds what a hostile vocabulary asks for. */
const MAX_TOKEN_CHARACTERS = 512;

export interface ScoredVocabulary {
  /** By id, spaces as the mark; bytes as <0x0A>. */
  readonly texts: readonly string[];
  readonly scores: readonly number[];
  /** Tokens below this id never come from a join. */
  readonly firstJoined: number;
  readonly added: readonly AddedEntry[];
  readonly unknown: string | null;
  /** Ids put around a text. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** A space is put before the text, and before what follows a special token. */
  readonly spacePrefix: boolean;
}

/**
 * SentencePiece joins the neighbouring pair whose joined token scores highest. As ranked merges: every way to cut a token in two, tokens of higher
 * score first, then smaller ids first. `isJoined` leaves tokens out that never come from a join.
 */
export function mergesOfScores(
  texts: readonly string[],
  scores: readonly number[],
  isJoined: (text: string, id: number) => boolean,
): [string, string][] {
  const idOf = new Map(texts.map((text, id) => [text, id]));
  const joins: { left: string; right: string; a: number; b: number; score: number }[] = [];
  for (let id = 0; id < texts.length; id++) {
    if (!isJoined(texts[id], id)) continue;
    const characters = [...texts[id]];
    if (characters.length > MAX_TOKEN_CHARACTERS)
      throw new TokenizerError(
        `token ${id} has ${characters.length} characters; at most ${MAX_TOKEN_CHARACTERS} are read`,
      );
    for (let cut = 1; cut < characters.length; cut++) {
      const [left, right] = [characters.slice(0, cut).join(''), characters.slice(cut).join('')];
      const [a, b] = [idOf.get(left), idOf.get(right)];
      if (a !== undefined && b !== undefined) joins.push({ left, right, a, b, score: scores[id] });
    }
  }
  joins.sort((x, y) => y.score - x.score || x.a - y.a || x.b - y.b);
  return joins.map(({ left, right }) => [left, right]);
}

/** Spans [first, count] of merges that make different tokens of one score: among them the leftmost pair is joined first, whichever it is. */
function tiedMerges(
  merges: readonly (readonly [string, string])[],
  scoreOf: (token: string) => number,
): [first: number, count: number][] {
  const spans: [number, number][] = [];
  for (let first = 0, next = 0; first < merges.length; first = next) {
    const token = merges[first].join('');
    const score = scoreOf(token);
    let isTied = false;
    for (next = first; next < merges.length; next++) {
      const other = merges[next].join('');
      if (scoreOf(other) !== score) break;
      isTied ||= other !== token;
    }
    if (isTied) spans.push([first, next - first]);
  }
  return spans;
}

/** Throws TokenizerError when a token is absurdly long. */
export function sentencePieceJson(vocabulary: ScoredVocabulary): Record<string, unknown> {
  const { texts, scores, firstJoined, added, unknown, before, after, spacePrefix } = vocabulary;
  const marked = { type: 'Replace', pattern: { String: ' ' }, content: SPACE_MARK };
  const merges = mergesOfScores(texts, scores, (_, id) => id >= firstJoined);
  const idOf = new Map(texts.map((text, id) => [text, id]));
  const strip = { type: 'Strip', content: ' ', start: 1, stop: 0 };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added.map(addedTokenJson),
    normalizer: spacePrefix
      ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: SPACE_MARK }, marked] }
      : marked,
    pre_tokenizer: null,
    post_processor: before.length + after.length > 0 ? templateJson(texts, before, after) : null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE_MARK }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(spacePrefix ? [strip] : []),
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknown,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(texts.map((text, id) => [text, id])),
      merges,
      // a field of our own, which the tokenizers library passes over: merges are due by score, also those of one token, and ranks alone would order them
      tied_merges: tiedMerges(merges, (token) => scores[idOf.get(token) ?? 0]),
    },
  };
}
