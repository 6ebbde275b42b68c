/** SentencePiece's compiled normaliser (`precompiled_charsmap`): a trie from UTF-8 prefixes to replacements, as in T5's, XLM-R's and ALBERT's files. */
import { TokenizerError } from '../tokenizer.ts';
import { transform } from './aligned-text.ts';
import { type Build, textAt } from './component.ts';
import type { Normalizer } from './normalizers.ts';

/** Those that SentencePiece ships have 240 to 320 kB; bounds what a hostile file makes us hold. */
const MAX_BASE64 = 16 << 20;

/** The charsmap: little-endian bytes of the trie, its units (a double array, Darts-clone's layout), then the replacements, each ended by a zero byte. */
interface Charsmap {
  readonly units: Uint32Array;
  readonly replacements: Uint8Array;
}

function readCharsmap(base64: string, where: string): Charsmap {
  if (base64.length > MAX_BASE64)
    throw new TokenizerError(`${where}: "precompiled_charsmap" has ${base64.length} characters; at most ${MAX_BASE64}`);
  const bytes = Buffer.from(base64, 'base64');
  const size = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
  if (size < 4 || size % 4 !== 0 || 4 + size > bytes.length)
    throw new TokenizerError(
      `${where}: "precompiled_charsmap" must begin with the length of its trie, found ${size} for ${bytes.length} bytes`,
    );
  return {
    units: Uint32Array.from({ length: size / 4 }, (_, i) => bytes.readUInt32LE(4 + 4 * i)),
    replacements: bytes.subarray(4 + size),
  };
}

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

/** What the shortest prefix in the trie is replaced by; undefined when none is there. */
function replacementOf(key: Uint8Array, { units, replacements }: Charsmap): string | undefined {
  let node = offsetOf(units[0]);
  for (const byte of key) {
    if (byte === 0) return undefined;
    node ^= byte;
    const unit = units[node] ?? 0;
    // the label carries the sign bit of a leaf
    if ((unit & 0x8000_00ff) >>> 0 !== byte) return undefined;
    node ^= offsetOf(unit);
    if (((unit >>> 8) & 1) === 0) continue;
    const start = (units[node] ?? 0) & 0x7fff_ffff;
    const end = replacements.indexOf(0, start);
    return Buffer.from(replacements.subarray(start, end < 0 ? replacements.length : end)).toString('utf8');
  }
  return undefined;
}

/** A grapheme of more UTF-8 bytes is looked up character by character, as in the tokenizers library. */
const LONGEST_WHOLE = 5;

/** A part of the text and what takes its place (itself where the map has nothing for it). */
interface Rewrite {
  readonly before: number;
  readonly after: readonly string[];
}

/** How one grapheme is rewritten; null when it stays. */
function rewritesOf(grapheme: string, charsmap: Charsmap): Rewrite[] | null {
  const whole = Buffer.from(grapheme);
  const replacement = whole.length <= LONGEST_WHOLE ? replacementOf(whole, charsmap) : undefined;
  if (replacement !== undefined) return [{ before: [...grapheme].length, after: [...replacement] }];
  const parts = [...grapheme].map((character) => ({
    character,
    replacement: replacementOf(Buffer.from(character), charsmap),
  }));
  if (parts.every((part) => part.replacement === undefined)) return null;
  return parts.map((part) => ({ before: 1, after: [...(part.replacement ?? part.character)] }));
}

/** As change counts of the library: characters beyond those before are inserted; the last one (of what stood before, for an empty replacement) takes the place of those that go. */
function addRewrite(changes: [character: string, change: number][], { before, after }: Rewrite): void {
  after.forEach((character, i) => {
    changes.push([character, i < before ? 0 : 1]);
  });
  const last = changes.at(-1);
  if (after.length < before && last) last[1] += after.length - before;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const CACHE_ENTRIES = 20_000;

/** `{"type": "Precompiled", "precompiled_charsmap": base64}`. Throws TokenizerError when the map cannot be read. */
export const precompiled: Build<Normalizer> = (node, where) => {
  const charsmap = readCharsmap(textAt(node, 'precompiled_charsmap', where), where);
  const memory = new Map<string, Rewrite[] | null>();
  const remembered = (grapheme: string): Rewrite[] | null => {
    const found = memory.get(grapheme);
    if (found !== undefined) return found;
    const rewrites = rewritesOf(grapheme, charsmap);
    if (memory.size >= CACHE_ENTRIES) memory.clear();
    memory.set(grapheme, rewrites);
    return rewrites;
  };
  return (value) => {
    let modified = false;
    const changes: [character: string, change: number][] = [];
    for (const { segment } of GRAPHEMES.segment(value.text)) {
      const rewrites = remembered(segment);
      modified ||= rewrites !== null;
      if (rewrites) for (const rewrite of rewrites) addRewrite(changes, rewrite);
      else for (const character of segment) changes.push([character, 0]);
    }
    return modified ? transform(value, changes) : value;
  };
};
