/** Decoders of a tokenizer.json: tokens back to text. */
import { tokenBytes } from '../bytes.ts';
import { type Build, buildPart, countAt, flagAt, listAt, textAt } from './component.ts';
import { finderOf } from './pattern.ts';

/** Each step maps the list of token texts; the last list is joined. */
export type Decoder = (tokens: readonly string[]) => readonly string[];

/** Keeps a byte-order mark; invalid bytes become U+FFFD. */
const lossy = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

const byteLevel: Decoder = (tokens) => [
  lossy.decode(Uint8Array.from(tokens.flatMap((token) => tokenBytes(token) ?? [...Buffer.from(token)]))),
];

/** Runs of `<0xNN>` become the text their bytes spell, or one U+FFFD per byte. */
const byteFallback: Decoder = (tokens) => {
  const result: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    try {
      result.push(strict.decode(Uint8Array.from(bytes)));
    } catch {
      // not UTF-8
      for (const _ of bytes) result.push('\uFFFD');
    }
    bytes = [];
  };
  for (const token of tokens) {
    const hex = /^<0x([0-9a-fA-F]{2})>$/.exec(token);
    if (hex) bytes.push(Number.parseInt(hex[1], 16));
    else {
      flush();
      result.push(token);
    }
  }
  flush();
  return result;
};

const metaspace: Build<Decoder> = (node, where) => {
  const mark = textAt(node, 'replacement', where, '\u2581');
  const old = flagAt(node, 'add_prefix_space', true) ? 'always' : 'never';
  const keepsFirst = textAt(node, 'prepend_scheme', where, old) === 'never';
  return (tokens) => tokens.map((token, i) => token.replaceAll(mark, i === 0 && !keepsFirst ? '' : ' '));
};

const replaceDecoder: Build<Decoder> = (node, where) => {
  const find = finderOf(node.pattern, where);
  const content = textAt(node, 'content', where);
  return (tokens) =>
    tokens.map((token) => {
      let at = 0;
      let result = '';
      for (const [first, end] of find(token)) {
        result += token.slice(at, first) + content;
        at = end;
      }
      return result + token.slice(at);
    });
};

/** At most `start` copies of the character off the front, `stop` off the end. */
const strip: Build<Decoder> = (node, where) => {
  const content = textAt(node, 'content', where, ' ');
  const [start, stop] = [countAt(node, 'start', where, 0), countAt(node, 'stop', where, 0)];
  return (tokens) =>
    tokens.map((token) => {
      const characters = [...token];
      let first = 0;
      while (first < Math.min(start, characters.length) && characters[first] === content) first++;
      let last = characters.length;
      while (last > first && characters.length - last < stop && characters[last - 1] === content) last--;
      return characters.slice(first, last).join('');
    });
};

const CLEAN_UP: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** transformers' clean_up_tokenization_spaces: takes out the spaces that word-wise tokenizers leave before marks. */
export const cleanUp = (text: string): string =>
  CLEAN_UP.reduce((result, [from, to]) => result.replaceAll(from, to), text);

const wordPiece: Build<Decoder> = (node, where) => {
  const prefix = textAt(node, 'prefix', where, '##');
  const clean = flagAt(node, 'cleanup', true);
  return (tokens) =>
    tokens.map((token, i) => {
      const text = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
      return clean ? cleanUp(text).replaceAll(' do not', " don't") : text;
    });
};

const bpe: Build<Decoder> = (node, where) => {
  const suffix = textAt(node, 'suffix', where, '</w>');
  return (tokens) => tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? '' : ' '));
};

const KINDS: Readonly<Record<string, Build<Decoder>>> = {
  Sequence: (node, where, depth) => {
    const steps = listAt(node.decoders, where).map((part) => buildPart(KINDS, part, where, depth));
    return (tokens) => steps.reduce((list, step) => step(list), tokens);
  },
  ByteLevel: () => byteLevel,
  ByteFallback: () => byteFallback,
  Fuse: () => (tokens) => [tokens.join('')],
  Metaspace: metaspace,
  Replace: replaceDecoder,
  Strip: strip,
  WordPiece: wordPiece,
  BPEDecoder: bpe,
};

/** Without a decoder the tokens are joined by spaces, as in the tokenizers library. */
export const readDecoder = (value: unknown, where: string): Decoder =>
  value === null || value === undefined ? (tokens) => [tokens.join(' ')] : buildPart(KINDS, value, where);
