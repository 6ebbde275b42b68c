/** Ids, offsets and decoded text of eight kinds of tokenizer against the Rust library's. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';

interface Case {
  readonly ids: number[];
  readonly plain?: number[];
  readonly offsets: [number, number][];
  readonly decoded?: string;
  readonly decoded_skip?: string;
}
interface Golden {
  readonly texts: string[];
  readonly tokenizers: { file: string; vocabularySize: number; cases: Case[] }[];
}

const golden = (name: string): string => fileURLToPath(new URL(`../../golden/tokenizers/${name}`, import.meta.url));
const { texts, tokenizers }: Golden = JSON.parse(readFileSync(golden('expected.json'), 'utf8'));

/** Code point positions as UTF-16 positions. */
function utf16(text: string, offsets: readonly [number, number][]): [number, number][] {
  const units = [0];
  for (const character of text) units.push(units[units.length - 1] + character.length);
  return offsets.map(([start, end]) => [units[start], units[end]]);
}

describe.each(tokenizers)('$file', ({ file, vocabularySize, cases }) => {
  const tokenizer = loadTokenizer(golden(file));

  it('has the size, with added tokens', () => {
    expect(tokenizer.vocabularySize).toBe(vocabularySize);
  });

  it('gives the ids, with and without special tokens', () => {
    expect(texts.map((text) => tokenizer.encode(text).ids)).toEqual(cases.map((c) => c.ids));
    expect(texts.map((text) => tokenizer.encode(text, { addSpecialTokens: false }).ids)).toEqual(
      cases.map((c) => c.plain ?? c.ids),
    );
  });

  it('gives the offsets in UTF-16 units', () => {
    expect(texts.map((text) => tokenizer.encode(text, { addSpecialTokens: false }).offsets)).toEqual(
      cases.map((c, i) => utf16(texts[i], c.offsets)),
    );
  });

  it('decodes, special tokens kept or skipped', () => {
    expect(cases.map((c) => tokenizer.decode(c.plain ?? c.ids))).toEqual(cases.map((c, i) => c.decoded ?? texts[i]));
    expect(cases.map((c) => tokenizer.decode(c.ids, { skipSpecialTokens: true }))).toEqual(
      cases.map((c, i) => c.decoded_skip ?? c.decoded ?? texts[i]),
    );
  });
});
