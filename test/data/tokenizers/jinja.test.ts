/** The interpreter of chat templates against Jinja2: every feature by itself, and random expressions and statements. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  compileTemplate,
  Exact,
  exactJson,
  RaisedByTemplate,
  TemplateFailure,
  TemplateSyntaxError,
} from '../../../src/main/data/tokenizers/jinja/index.ts';
import { Dict } from '../../../src/main/data/tokenizers/jinja/values.ts';

interface Golden {
  /** JSON texts: Python's reader tells 1.0 from 1. */
  readonly variables: readonly string[];
  readonly cases: readonly (readonly [set: number, template: string, text?: string])[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('../../golden/tokenizers/jinja.json', import.meta.url), 'utf8'));

function variablesOf(json: string): Record<string, Exact> {
  const { value } = exactJson(json);
  if (!(value instanceof Dict)) throw new Error('variables are an object');
  return Object.fromEntries(Array.from(value.entries(), ([key, each]) => [String(key), new Exact(each)]));
}
const sets = golden.variables.map(variablesOf);

const render = (template: string, variables: Record<string, unknown> = {}): string =>
  compileTemplate(template).render(variables).text;

describe('as Jinja2', () => {
  it.each(golden.variables.map((_, i) => i))('texts and failures, variables %i', (set) => {
    const cases = golden.cases.filter(([each]) => each === set);
    expect(cases.length).toBeGreaterThan(250);
    const outcomes = cases.map(([, template, text]) => {
      try {
        return { template, text: render(template, sets[set]), wanted: text };
      } catch (error) {
        // a failure of the interpreter itself has another class
        const expected = [TemplateFailure, TemplateSyntaxError, RaisedByTemplate].some((kind) => error instanceof kind);
        return { template, text: expected ? undefined : String(error), wanted: text };
      }
    });
    expect(outcomes.filter(({ text, wanted }) => text !== wanted)).toEqual([]);
  });
});

describe('refused by name', () => {
  it.each([
    ['{{ lipsum() }}', /lipsum\(\) is not supported .*line 1/],
    ['\n\n{{ [1]|random }}', /the filter 'random' is not supported .*line 3/],
    ["{{ 'a.b'|urlize }}", /'urlize' is not supported/],
    ["{{ 'a'.encode() }}", /str\.encode\(\) is not supported/],
    ['{% autoescape true %}{% endautoescape %}', /autoescape .* not supported/],
    ['{{ self.title() }}', /`self` is not supported/],
    ['{{ (-1) ** 0.5 }}', /complex number is not supported/],
    ["{{ '\\N{BULLET}' }}", /escapes are not supported/],
  ])('%j', (template, message) => {
    expect(() => render(template)).toThrow(message);
  });
});

describe('errors say what and where', () => {
  it.each([
    ["a\n{{ 'x' }}\n{{ nothing.x }}", "'nothing' is undefined (line 3)"],
    ['{% for x in [1] %}\n\n{{ x.y.z }}{% endfor %}', "'int object' has no attribute 'y' (line 3)"],
    ['{% set d = {} %}\n{{ d.pop() }}', "access to attribute 'pop' of 'dict' object is unsafe. (line 2)"],
    ['{% if 1 %}\n{% for x in [] %}', "looking for the following tags: 'endfor' or 'else'"],
    ['\n{{ 1|nope }}', "No filter named 'nope'. (line 2)"],
    ['{% endif %}', "Encountered unknown tag 'endif'. (line 1)"],
    ['{% include "x" %}', 'a chat template has no others beside it (line 1)'],
  ])('%j', (template, message) => {
    expect(() => render(template)).toThrow(message);
  });

  it('tell a template that raises from one that fails', () => {
    expect(() => render("{{ raise_exception('No ' ~ 1.0) }}")).toThrow(RaisedByTemplate);
    expect(() => render('{{ raise_exception() }}')).toThrow(TemplateFailure);
  });
});

describe('values', () => {
  it('of JavaScript: whole numbers are ints, what JSON wrote as a float stays one', () => {
    expect(render('{{ x }}', { x: [1, 2.5, null, true, 'a', { k: 1 }] })).toBe("[1, 2.5, None, True, 'a', {'k': 1}]");
    expect(render('{{ x|tojson }}', { x: exactJson('{"2": 1.0, "1": 1e-07, "a": 12345678901234567890}') })).toBe(
      '{"2": 1.0, "1": 1e-07, "a": 12345678901234567890}',
    );
  });

  it('cannot be reached around the sandbox', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'prototype', 'hasOwnProperty'])
      for (const value of ['range', "''", '[]', '{}', 'namespace()', 'cycler(1)', '1', 'dict', "''.upper"])
        expect(render(`{{ (${value}).${name} is defined }}{{ (${value})['${name}'] is defined }}`)).toBe('FalseFalse');
  });

  it('are marked by their places in generation blocks', () => {
    const { text, generated } = compileTemplate(
      '{% for m in ms %}<{{ loop.index }}>{% generation %}{{ m }}{% endgeneration %}\n{% endfor %}',
    ).render({ ms: ['é🙂', 'b'] });
    expect(generated.map(([start, end]) => text.slice(start, end))).toEqual(['é🙂', 'b']);
  });
});

describe('bounds', () => {
  it.each([
    ['{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}', 'more than 10000000 steps'],
    ['{% for a in range(100000) %}{{ range(100000)|sum }}{% endfor %}', 'more than 10000000 steps'],
    ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', 'maximum recursion depth'],
    ["{{ 'a' * 10 ** 12 }}", 'at most 67108864 are made'],
    ["{{ '%999999999d' % 1 }}", 'at most 67108864 are made'],
    ['{{ [1] * 10 ** 12 }}', 'a list of more than'],
    ['{{ 10 ** 1000000 }}', 'a power of more than'],
    [`{{ ${'('.repeat(500)}1${')'.repeat(500)} }}`, 'nested more than 200 deep'],
    ['{% set n = namespace(s=[1]) %}{% for i in range(99) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}', 'steps'],
  ])('%s', (template, message) => {
    expect(() => render(template)).toThrow(message);
  });
});
