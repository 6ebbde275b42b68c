/** Stop strings: across tokens, across characters, special tokens among them. */
import { describe, expect, it } from 'vitest';
import { bpeTokenizerJson, trainBpe } from '../../../src/main/data/tokenizers/bpe-trainer.ts';
import { createTokenizer } from '../../../src/main/data/tokenizers/huggingface.ts';
import { createStopStrings } from '../../../src/main/data/tokenizers/stop-strings.ts';

const END = '<|end|>';
const trained = trainBpe(['hello there, hello world.', 'world there'], { vocabularySize: 280, specialTokens: [END] });
const tokenizer = createTokenizer({
  tokenizer: JSON.parse(JSON.stringify(bpeTokenizerJson(trained, [END]))),
  config: { eos_token: END },
  template: null,
});
const idsOf = (text: string) => tokenizer.encode(text).ids;

describe('stop strings', () => {
  it('are found over the border of tokens, at the first place of any of them', () => {
    const stops = createStopStrings(tokenizer, ['lo wor', 'there'], true);
    expect(idsOf('hello world').length).toBeGreaterThan(1);
    expect(stops.find(idsOf('hello world'))).toBe(3);
    expect(stops.textBefore(idsOf('hello world'))).toBe('hel');
    expect(stops.textBefore(idsOf('hello there, hello world'))).toBe('hello ');
    expect(stops.find(idsOf('hello '))).toBe(-1);
  });
  it('are found as soon as their last token is there, and not before', () => {
    const stops = createStopStrings(tokenizer, ['world.'], true);
    const ids = idsOf('hello world. there');
    const first = ids.findIndex((_, i) => stops.find(ids.slice(0, i + 1)) >= 0);
    expect(tokenizer.decode(ids.slice(0, first))).not.toContain('world.');
    expect(tokenizer.decode(ids.slice(0, first + 1))).toContain('world.');
  });
  it('may be a special token, although special tokens are not shown', () => {
    const stops = createStopStrings(tokenizer, [END], true);
    expect(stops.find(idsOf(`hello${END}world`))).toBe(5);
    expect(stops.textBefore(idsOf(`hello${END}world`))).toBe('hello');
  });
  it('leave special tokens before them out, or in', () => {
    const ids = idsOf(`he${END}llo there`);
    expect(createStopStrings(tokenizer, ['there'], true).textBefore(ids)).toBe('hello ');
    expect(createStopStrings(tokenizer, ['there'], false).textBefore(ids)).toBe(`he${END}llo `);
    expect(createStopStrings(tokenizer, ['nowhere'], true).textBefore(ids)).toBe('hello there');
  });
  it('of several bytes are not found in half a character', () => {
    const stops = createStopStrings(tokenizer, ['é'], true);
    const ids = idsOf('aé');
    expect(ids.length).toBe(3);
    expect(ids.map((_, i) => stops.find(ids.slice(0, i + 1)))).toEqual([-1, -1, 1]);
  });
  it('none: nothing is decoded to look for them', () => {
    expect(createStopStrings(tokenizer, [], true).find(idsOf('hello'))).toBe(-1);
  });
});
