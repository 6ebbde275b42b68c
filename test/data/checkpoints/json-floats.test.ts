/** Numbers of a config keep their form: a float stays one although JavaScript sees a whole number. */
import { describe, expect, it } from 'vitest';
import { parseWithFloats, stringifyLike } from '../../../src/main/data/checkpoints/json-floats.ts';

const again = (text: string) => stringifyLike(parseWithFloats(text), parseWithFloats(text));

describe('stringifyLike', () => {
  it.each([
    '{"a": 30.0, "b": 30, "c": 0.5, "d": -2.0}',
    '{"rope": {"factor": 8.0, "theta": 10000}, "list": [1.0, 2, [3.0, "4.0"]]}',
    '{"text": "30.0 \\" 5.0", "2.0": 2.0, "empty": {}, "none": null, "flag": true, "nothing": []}',
    '"3.0"',
    '{"a": NaN, "b": [Infinity, -Infinity, 1.0], "c": "NaN", "d": {"e": -Infinity}}',
  ])('%s', (text) => {
    expect(again(text).replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
  });

  it('exponents stay floats', () => {
    expect(JSON.parse(again('{"a": 1e3, "b": 1E-2, "c": 1e30}'))).toEqual({ a: 1000, b: 0.01, c: 1e30 });
    expect(again('{"a": 1e3}')).toContain('1000.0');
  });

  it('changed values and new keys are written as they are, the rest of the object as it was', () => {
    const original = parseWithFloats('{"cap": 30.0, "scale": 2.0, "deep": {"factor": 8.0}}') as Record<string, unknown>;
    const text = stringifyLike({ ...original, cap: 20, fresh: 1 }, original);
    expect(text.replace(/\s/g, '')).toBe('{"cap":20,"scale":2.0,"deep":{"factor":8.0},"fresh":1}');
  });

  it('what transformers takes as a float only is one, wherever the config came from', () => {
    expect(stringifyLike({ final_logit_softcapping: 30, hidden_size: 30 }, {})).toBe(
      '{\n  "final_logit_softcapping": 30.0,\n  "hidden_size": 30\n}',
    );
  });

  it('what is not JSON is refused as JSON.parse refuses it', () => {
    for (const bad of [
      '{"a": 01.5}',
      '{"a": 1.}',
      '{"a": -NaN}',
      '{"a": nan}',
      '{"a": +Infinity}',
      '{NaN: 1}',
      '',
      '{"a": 1.0.0}',
    ])
      expect(() => parseWithFloats(bad), bad).toThrow(SyntaxError);
  });
});
