/** llama2.c's tokenizer file (run.c): scores and byte strings; merges the neighbouring pair whose joined token scores highest. */
import { readFileSync, statSync } from 'node:fs';
import { renderTemplate } from './chat.ts';
import { type Encoding, type Tokenizer, TokenizerError } from './tokenizer.ts';

const MAX_BYTES = 64 << 20;
const UNK = 0;
const BOS = 1;
const EOS = 2;
/** Ids 3…258 are the 256 raw bytes. */
const FIRST_BYTE = 3;

interface Vocabulary {
  readonly pieces: Buffer[];
  readonly scores: number[];
  /** Latin-1 text of the bytes → id. */
  readonly byBytes: Map<string, number>;
}

function readVocabulary(path: string): Vocabulary {
  const { size } = statSync(path);
  if (size < 4 || size > MAX_BYTES)
    throw new TokenizerError(`${path}: ${size} bytes; a llama2.c tokenizer has 4 to ${MAX_BYTES}`);
  const buffer = readFileSync(path);
  const pieces: Buffer[] = [];
  const scores: number[] = [];
  for (let at = 4; at < buffer.length; ) {
    if (at + 8 > buffer.length) throw new TokenizerError(`${path}: it ends inside the entry of token ${pieces.length}`);
    const length = buffer.readInt32LE(at + 4);
    if (length < 0 || at + 8 + length > buffer.length)
      throw new TokenizerError(
        `${path}: token ${pieces.length} claims ${length} bytes, ${buffer.length - at - 8} are left`,
      );
    scores.push(buffer.readFloatLE(at));
    pieces.push(buffer.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  if (pieces.length < FIRST_BYTE + 256)
    throw new TokenizerError(`${path}: ${pieces.length} tokens; at least 259 are needed`);
  const byBytes = new Map<string, number>();
  pieces.forEach((piece, id) => {
    const key = piece.toString('latin1');
    if (!byBytes.has(key)) byBytes.set(key, id);
  });
  return { pieces, scores, byBytes };
}

/** Ids of the text's characters, unknown ones as bytes; with the byte position where each begins. */
function characters(text: string, { byBytes }: Vocabulary): number[] {
  return [...text].flatMap((c) => {
    const bytes = Buffer.from(c);
    const id = byBytes.get(bytes.toString('latin1'));
    return id === undefined ? [...bytes].map((b) => b + FIRST_BYTE) : [id];
  });
}

function mergeBest(ids: number[], { pieces, scores, byBytes }: Vocabulary): number[] {
  for (;;) {
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    let bestId = -1;
    for (let i = 0; i + 1 < ids.length; i++) {
      const id = byBytes.get(pieces[ids[i]].toString('latin1') + pieces[ids[i + 1]].toString('latin1'));
      if (id !== undefined && scores[id] > bestScore) {
        best = i;
        bestScore = scores[id];
        bestId = id;
      }
    }
    if (best < 0) return ids;
    ids.splice(best, 2, bestId);
  }
}

export function readLlama2cTokenizer(path: string): Tokenizer {
  const vocabulary = readVocabulary(path);
  const { pieces, byBytes } = vocabulary;
  const bytesOf = (id: number): Buffer => {
    const raw = /^<0x([0-9A-F]{2})>$/.exec(pieces[id]?.toString('latin1') ?? '');
    return raw ? Buffer.from([Number.parseInt(raw[1], 16)]) : (pieces[id] ?? Buffer.alloc(0));
  };
  const special = new Set([UNK, BOS, EOS]);
  return {
    kind: 'llama2.c',
    vocabularySize: pieces.length,
    bosId: BOS,
    eosId: EOS,
    padId: null,
    unkId: UNK,
    eosToken: '</s>',
    chatTemplate: null,
    specialIds: special,
    encode(text, options = {}): Encoding {
      // run.c puts one space before a text that is not empty
      const dummy = text === '' ? -1 : (byBytes.get(' ') ?? -1);
      const ids = mergeBest([...(dummy >= 0 ? [dummy] : []), ...characters(text, vocabulary)], vocabulary);
      const offsets = spansOf(
        text,
        ids.map((id) => bytesOf(id).length),
        dummy >= 0 ? 1 : 0,
      );
      if (options.addSpecialTokens === false) return { ids, offsets };
      return { ids: [BOS, ...ids], offsets: [[0, 0], ...offsets] };
    },
    decode(ids, options = {}) {
      const parts = ids.filter((id) => !(options.skipSpecialTokens && special.has(id))).map(bytesOf);
      const text = Buffer.concat(parts).toString('utf8');
      // the dummy space belongs to the encoding, not to the text
      return ids[0] === BOS || options.skipSpecialTokens ? text.replace(/^(\n<s>\n|<s>)? /, '$1') : text;
    },
    tokenOf: (id) => pieces[id]?.toString('utf8') ?? `<unknown ${id}>`,
    idOf: (token) => byBytes.get(Buffer.from(token).toString('latin1')) ?? null,
    renderChat(messages, options) {
      if (!options.template) throw new TokenizerError(`${path}: a llama2.c tokenizer has no chat template`);
      return renderTemplate(options.template, messages, options);
    },
    files: () => ({ 'tokenizer.llama2c.b64': readFileSync(path).toString('base64') }),
  };
}

function spansOf(text: string, lengths: readonly number[], skipped: number): [number, number][] {
  const starts: [number, number][] = [];
  let unit = 0;
  for (const c of text) {
    for (let i = 0; i < Buffer.byteLength(c); i++) starts.push([unit, unit + c.length]);
    unit += c.length;
  }
  let at = -skipped;
  return lengths.map((length) => {
    const from = Math.max(at, 0);
    at += length;
    return at <= 0 ? [0, 0] : [starts[from][0], starts[at - 1][1]];
  });
}
