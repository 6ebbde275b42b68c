/** The whole way of a text through a tokenizer.json: added tokens, normaliser, pre-tokeniser, model, post-processor. */
import type { Encoding } from '../tokenizer.ts';
import { type AddedToken, addedTokenCutter } from './added-tokens.ts';
import { type AlignedText, alignedText, spanOf } from './aligned-text.ts';
import type { Json } from './component.ts';
import type { SubwordModel } from './model.ts';
import { utf8Length } from './model.ts';
import type { Normalizer } from './normalizers.ts';
import { type PlacedToken, readPostProcessor } from './post-processors.ts';
import { readPreTokenizer } from './pre-tokenizers.ts';

export type Encoder = (text: string, addSpecialTokens: boolean) => Encoding;

/** Ids of a piece with the first and last UTF-16 unit each one touches. */
interface PieceTokens {
  readonly ids: readonly number[];
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** Words repeat: a bounded memory of them makes most of a text a look-up. */
const CACHE_ENTRIES = 20_000;
const CACHED_LENGTH = 64;

export interface EncoderParts {
  readonly model: SubwordModel;
  readonly normalizer: Normalizer | null;
  /** Under the ids they have in the end. */
  readonly added: readonly AddedToken[];
  tokenOf(id: number): string;
}

export function createEncoder(
  tokenizer: Json,
  { model, normalizer, added, tokenOf }: EncoderParts,
  where: string,
): Encoder {
  const cut = addedTokenCutter(added, normalizer, where);
  const preTokenize = readPreTokenizer(tokenizer.pre_tokenizer, `${where} "pre_tokenizer"`);
  const finish = readPostProcessor(tokenizer.post_processor, `${where} "post_processor"`);
  const tokenize = cached((piece) => byUnits(piece, model));
  const place = (value: AlignedText): PlacedToken[] =>
    preTokenize(value)
      .filter((word) => word.text !== '')
      .flatMap((word) => placePiece(word, tokenize(word.text), tokenOf));
  return (text, addSpecialTokens) => {
    const tokens = cut(alignedText(text))
      .filter(({ value }) => value.text !== '')
      .flatMap(({ value, token }) =>
        token ? [{ id: token.id, text: value.text, span: spanOf(value, 0, value.text.length - 1) }] : place(value),
      );
    const placed = finish(tokens, addSpecialTokens, text);
    return { ids: placed.map((token) => token.id), offsets: placed.map((token) => token.span) };
  };
}

function placePiece(
  word: AlignedText,
  { ids, first, last }: PieceTokens,
  tokenOf: (id: number) => string,
): PlacedToken[] {
  return ids.map((id, i) => ({ id, text: tokenOf(id), span: spanOf(word, first[i], last[i]) }));
}

function byUnits(piece: string, model: SubwordModel): PieceTokens {
  const { ids, spans } = model(piece);
  const units = unitsOfBytes(piece);
  const unit = (byte: number) => (units ? units[byte] : byte);
  return {
    ids,
    first: ids.map((_, i) => unit(spans[2 * i])),
    last: ids.map((_, i) => unit(spans[2 * i + 1] - 1)),
  };
}

/** For each UTF-8 byte the unit where its character begins; null for ASCII, where both are the same. */
function unitsOfBytes(piece: string): number[] | null {
  const units: number[] = [];
  let unit = 0;
  for (const character of piece) {
    for (let i = utf8Length(character); i > 0; i--) units.push(unit);
    unit += character.length;
  }
  return units.length === piece.length ? null : units;
}

function cached(tokenize: (piece: string) => PieceTokens): (piece: string) => PieceTokens {
  const memory = new Map<string, PieceTokens>();
  return (piece) => {
    const found = memory.get(piece);
    if (found) return found;
    const tokens = tokenize(piece);
    if (piece.length > CACHED_LENGTH) return tokens;
    if (memory.size >= CACHE_ENTRIES) memory.clear();
    memory.set(piece, tokens);
    return tokens;
  };
}
