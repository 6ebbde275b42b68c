/** JSON numbers that a double would round keep their digits, from a file through the store into every format that holds them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExact, parseExact, WideNumber, wideAsRaw, wideAsText } from '../../../src/main/data/records/exact-json.ts';
import { parseJson } from '../../../src/main/data/records/json-text.ts';

describe('numbers', () => {
  it.each([
    ['9007199254740992', true],
    ['9007199254740993', false],
    ['1152921504606846976', false],
    ['1000000000000000000000', true],
    ['0.7310585786300049', true],
    ['0.10000000000000000555', false],
    ['7.310585786300049e-07', true],
    ['-0.0', true],
    ['1e400', false],
    ['1e-400', false],
  ])('%s survives as a double: %s', (source, wanted) => expect(isExact(source)).toBe(wanted));

  it('come back with every digit, wherever they stand', () => {
    const text =
      '{"a":12345678901234567890,"b":[-9007199254740993,{"c":0.12345678901234567890123}],"d":"12345678901234567890","e":1.5}';
    const value = parseExact(text) as Record<string, unknown>;
    expect(JSON.stringify(value)).toBe(text);
    expect(value.a).toBeInstanceOf(WideNumber);
    expect(value.d).toBe('12345678901234567890');
    expect(JSON.stringify(wideAsRaw(value))).toBe(text);
    expect(wideAsText(value)).toEqual({
      a: '12345678901234567890',
      b: ['-9007199254740993', { c: '0.12345678901234567890123' }],
      d: '12345678901234567890',
      e: 1.5,
    });
  });

  it('equal JSON.parse for all values of doubles, as the reader of lines has them', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        expect(parseExact(text)).toEqual(JSON.parse(text));
        const twin = JSON.stringify({ value, id: 1 });
        expect(parseJson(twin, 'file:1', {})).toEqual(JSON.parse(twin));
      }),
    );
  });

  it('any whole number keeps its digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (number) => {
        const text = `{"id":${number},"ids":[${number}]}`;
        const [exact] = [parseExact(text) as Record<string, unknown>];
        expect(BigInt(String(exact.id))).toBe(number);
        expect(BigInt(String((parseJson(text, 'file:1', {}) as typeof exact).id))).toBe(number);
      }),
    );
  });
});

it('NaN, which Python writes where there is no number, is null; in a text it is text', () => {
  expect(
    parseJson('{"score": NaN, "text": "NaN \\" NaN", "scores": [NaN,12345678901234567890]}', 'file:1', {}),
  ).toEqual({
    score: null,
    text: 'NaN " NaN',
    scores: [null, new WideNumber('12345678901234567890')],
  });
  expect(() => parseJson('{"score": Infinity}', 'file:1', {})).toThrow('file:1: not valid JSON');
  expect(() => parseJson('{"score": NaNo}', 'file:1', {})).toThrow('file:1: not valid JSON');
});
