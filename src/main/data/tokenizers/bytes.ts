/** GPT-2's byte alphabet: every byte as one printable character, and back. */

/** byte → character: printable Latin-1 bytes stand for themselves, the rest follow from U+0100. */
export const BYTE_TO_CHAR: readonly string[] = (() => {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCharCode(printable(b) ? b : next++));
})();

export const CHAR_TO_BYTE: ReadonlyMap<string, number> = new Map(BYTE_TO_CHAR.map((c, b) => [c, b]));

/** Bytes a byte-level token stands for; undefined when a character is not of the alphabet. */
export function tokenBytes(token: string): number[] | undefined {
  const bytes: number[] = [];
  for (const c of token) {
    const byte = CHAR_TO_BYTE.get(c);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return bytes;
}

/** GPT-2's splitting pattern, as its tokenizer.json's readers know it. */
export const GPT2_PATTERN_SOURCE = "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** For every byte of the text's UTF-8 form: the UTF-16 span of the character it belongs to. */
export function byteSpans(text: string): [number, number][] {
  const spans: [number, number][] = [];
  let at = 0;
  for (const c of text) {
    const span: [number, number] = [at, at + c.length];
    for (let i = 0; i < Buffer.byteLength(c); i++) spans.push(span);
    at += c.length;
  }
  return spans;
}
