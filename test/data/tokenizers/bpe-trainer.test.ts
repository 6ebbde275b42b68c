/** The trainer against a plain one that recounts every pair each time, and the tokenizer it makes against the Rust library. */
import fc from 'fast-check';
import { Tokenizer as Native } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { type BpeOptions, bpeTokenizerJson, trainBpe } from '../../../src/main/data/tokenizers/bpe-trainer.ts';
import { createTokenizer } from '../../../src/main/data/tokenizers/huggingface.ts';

const GPT2 = /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
const TEXTS = [
  'low low low low low lower lower widest widest widest newest newest newest newest newest newest',
  "The cat's hat: 123 hats, aaaa aaa!  naïve 日本 😀",
];

/** Merges as pairs of latin-1 byte strings; ties by the rule given; counts from scratch after every merge. */
function plainTrainer(
  texts: readonly string[],
  merges: number,
  rule: BpeOptions['tieRule'],
  minimum: number,
): string[][] {
  const words = texts.flatMap((text) => (text.match(GPT2) ?? []).map((w) => [...Buffer.from(w).toString('latin1')]));
  // ids of single letters follow GPT-2's alphabet: printable bytes first, then the others
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  const bytes = Array.from({ length: 256 }, (_, b) => b);
  const order = [...bytes.filter(printable), ...bytes.filter((b) => !printable(b))].map((b) => String.fromCharCode(b));
  const id = new Map(order.map((letter, i) => [letter, i]));
  const rank = (token: string) => id.get(token) ?? -1;
  const chosen: string[][] = [];
  while (chosen.length < merges) {
    const counts = new Map<string, { pair: [string, string]; count: number }>();
    for (const word of words)
      for (let i = 0; i + 1 < word.length; i++) {
        const key = JSON.stringify([word[i], word[i + 1]]);
        const entry = counts.get(key) ?? { pair: [word[i], word[i + 1]], count: 0 };
        entry.count++;
        counts.set(key, entry);
      }
    const best = [...counts.values()]
      .filter((entry) => entry.count >= Math.max(1, minimum))
      .sort((x, y) => {
        if (x.count !== y.count) return y.count - x.count;
        if (rule === 'greatest-bytes')
          return x.pair[0] !== y.pair[0] ? (x.pair[0] < y.pair[0] ? 1 : -1) : x.pair[1] < y.pair[1] ? 1 : -1;
        return rank(x.pair[0]) - rank(y.pair[0]) || rank(x.pair[1]) - rank(y.pair[1]);
      })[0];
    if (!best) break;
    const joined = best.pair.join('');
    chosen.push(best.pair);
    if (!id.has(joined)) id.set(joined, id.size);
    for (const word of words)
      for (let i = 0; i + 1 < word.length; i++)
        if (word[i] === best.pair[0] && word[i + 1] === best.pair[1]) word.splice(i, 2, joined);
  }
  return chosen;
}

/** Byte letters back to latin-1. */
function latin1(token: string): string {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  const letters = new Map<string, number>();
  let next = 256;
  for (let b = 0; b < 256; b++) letters.set(String.fromCharCode(printable(b) ? b : next++), b);
  return [...token].map((letter) => String.fromCharCode(letters.get(letter) ?? -1)).join('');
}

describe('trainBpe', () => {
  it.each(['smallest-ids', 'greatest-bytes'] as const)('ties by %s: equals a trainer that recounts', (tieRule) => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ab', ' ', 'é', '1', "'s", '\n'), maxLength: 60 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), fc.integer({ min: 0, max: 3 }), (texts, minFrequency) => {
        const trained = trainBpe([...texts, ...TEXTS], {
          vocabularySize: 256 + 25,
          specialTokens: [],
          tieRule,
          minFrequency,
        });
        expect(trained.merges.map((pair) => pair.map(latin1))).toEqual(
          plainTrainer([...texts, ...TEXTS], 25, tieRule, minFrequency),
        );
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('numbers special tokens first, then the byte letters, then the merges, and stops when no pair is left', () => {
    const { vocabulary, merges } = trainBpe(['abab'], { vocabularySize: 1000, specialTokens: ['<|end|>'] });
    expect(merges).toEqual([
      ['a', 'b'],
      ['ab', 'ab'],
    ]);
    expect([vocabulary.get('<|end|>'), vocabulary.get('!'), vocabulary.get('ab'), vocabulary.size]).toEqual([
      0, 1, 257, 259,
    ]);
  });

  it('never merges across a special token or a text', () => {
    const { merges } = trainBpe(['a<|end|>b', 'a', 'b'], { vocabularySize: 300, specialTokens: ['<|end|>'] });
    expect(merges).toEqual([]);
  });

  it('makes a tokenizer.json that the Rust library encodes like ours', async () => {
    const specialTokens = ['<|end|>', '<|pad|>'];
    const trained = trainBpe(TEXTS, { vocabularySize: 300, specialTokens });
    const tokenizer = bpeTokenizerJson(trained, specialTokens);
    const ours = createTokenizer({ tokenizer, config: {}, template: null });
    const native = Native.fromString(JSON.stringify(tokenizer));
    for (const text of [...TEXTS, 'newest lower<|end|> widest  ']) {
      expect(ours.encode(text).ids).toEqual((await native.encode(text, null, { addSpecialTokens: true })).getIds());
      expect(ours.decode(ours.encode(text).ids)).toBe(text);
    }
  });
});
