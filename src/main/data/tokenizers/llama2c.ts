/** llama2.c's tokenizer file (run.c): scores and byte strings, read as a tokenizer.json so that a model saved from it opens anywhere. */
import { readFileSync, statSync } from 'node:fs';
import { createTokenizer } from './huggingface.ts';
import { SPACE_MARK, sentencePieceJson } from './sentence-piece-json.ts';
import { type Tokenizer, TokenizerError } from './tokenizer.ts';

const MAX_BYTES = 64 << 20;
const MAX_TOKENS = 1 << 20;
/** Ids 0 to 2 in their usual spelling; the exporter writes BOS and EOS with line breaks around them. */
const SPECIAL = ['<unk>', '<s>', '</s>'];
/** Ids 3…258 are the 256 raw bytes. */
const FIRST_BYTE = 3;

interface Piece {
  readonly text: string;
  readonly score: number;
}

/** int32 longest length, then per token float32 score, int32 length, bytes. */
function readPieces(path: string): Piece[] {
  const { size } = statSync(path);
  if (size < 4 || size > MAX_BYTES)
    throw new TokenizerError(`${path}: ${size} bytes; a llama2.c tokenizer has 4 to ${MAX_BYTES}`);
  const buffer = readFileSync(path);
  const pieces: Piece[] = [];
  for (let at = 4; at < buffer.length; ) {
    const where = `${path}: token ${pieces.length}`;
    if (pieces.length >= MAX_TOKENS) throw new TokenizerError(`${path}: more than ${MAX_TOKENS} tokens`);
    if (at + 8 > buffer.length) throw new TokenizerError(`${where}: the file ends inside its entry`);
    const score = buffer.readFloatLE(at);
    const length = buffer.readInt32LE(at + 4);
    if (length < 0 || at + 8 + length > buffer.length)
      throw new TokenizerError(`${where}: it claims ${length} bytes, ${buffer.length - at - 8} are left`);
    if (Number.isNaN(score)) throw new TokenizerError(`${where}: its score is not a number`);
    pieces.push({ text: decodeUtf8(buffer.subarray(at + 8, at + 8 + length), where), score });
    at += 8 + length;
  }
  return pieces;
}

function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new TokenizerError(`${where}: its text is not UTF-8`, { cause });
  }
}

/** Token texts as SentencePiece writes them; refuses a file whose first ids are not the special tokens and the 256 bytes. */
function tokenTexts(pieces: readonly Piece[], path: string): string[] {
  if (pieces.length < FIRST_BYTE + 256)
    throw new TokenizerError(`${path}: ${pieces.length} tokens; a llama2.c tokenizer has at least ${FIRST_BYTE + 256}`);
  return pieces.map(({ text }, id) => {
    const byte = id - FIRST_BYTE;
    const expected = byte < 0 ? SPECIAL[id] : `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    if (byte >= 256) return text.replaceAll(' ', SPACE_MARK);
    if (text.trim() === expected) return expected;
    throw new TokenizerError(`${path}: token ${id} must be ${expected}, found ${JSON.stringify(text)}`);
  });
}

/** BOS (1) begins a text; stories260K also ends each story with it. */
export function readLlama2cTokenizer(path: string): Tokenizer {
  const pieces = readPieces(path);
  const texts = tokenTexts(pieces, path);
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: '<s>',
    eos_token: '</s>',
    unk_token: '<unk>',
    clean_up_tokenization_spaces: false,
  };
  const tokenizer = sentencePieceJson({
    texts,
    scores: pieces.map((piece) => piece.score),
    firstJoined: FIRST_BYTE + 256,
    added: SPECIAL.map((content, id) => ({ content, id, special: true })),
    unknown: SPECIAL[0],
    before: [1],
    after: [],
    spacePrefix: true,
  });
  return createTokenizer({ tokenizer, config, template: null }, path);
}
