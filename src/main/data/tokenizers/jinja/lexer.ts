/**
 * Template text → tokens, as Jinja2's lexer cuts it with `trim_blocks` and `lstrip_blocks` on. Patterns are sticky and each looks at a character a
 * bounded number of times.
 */
import { parseInteger } from './numbers.ts';
import type { Value } from './values.ts';

/** The template is not Jinja: what is wrong, and in which line. */
export class TemplateSyntaxError extends Error {
  constructor(message: string, line: number) {
    super(`${message} (line ${line})`);
    this.name = 'TemplateSyntaxError';
  }
}

export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'number'
  | 'operator'
  | 'eof';

export interface Token {
  readonly type: TokenType;
  /** Text of data, names and operators. */
  readonly text: string;
  /** Of strings and numbers. */
  readonly value: Value;
  readonly line: number;
}

/** What Python counts as white space. */
export const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

const sticky = (pattern: string, flags = ''): RegExp => new RegExp(pattern, `y${flags}`);
const BLANK = new RegExp(`^${SPACE}+$`);
const SPACES = sticky(`${SPACE}+`);
const RAW = sticky(`\\{%([-+]?)${SPACE}*raw${SPACE}*(?:-%\\}${SPACE}*|%\\})`);
const RAW_END = new RegExp(`\\{%([-+]?)${SPACE}*endraw${SPACE}*(?:\\+%\\}|-%\\}${SPACE}*|%\\}\\n?)`, 'g');
const COMMENT_END = new RegExp(`\\+#\\}|-#\\}${SPACE}*|#\\}\\n?`, 'g');
const BLOCK_END = sticky(`\\+%\\}|-%\\}${SPACE}*|%\\}\\n?`);
const VARIABLE_END = sticky(`-\\}\\}${SPACE}*|\\}\\}`);
const FLOAT = sticky('(?<!\\.)\\d+(?:_\\d+)*(?:(?:\\.\\d+(?:_\\d+)*)?[eE][+-]?\\d+(?:_\\d+)*|\\.\\d+(?:_\\d+)*)');
const INTEGER = sticky('0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*');
const NAME = sticky('[\\p{ID_Continue}]+', 'u');
const NAME_START = /^[\p{ID_Start}_]/u;
const STRING = sticky(`'[^'\\\\]*(?:\\\\.[^'\\\\]*)*'|"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"`, 's');
const OPERATOR = sticky('\\*\\*|//|==|!=|>=|<=|[-+/*%~[\\](){}><=.:|,;]');
const TRAILING_SPACE = new RegExp(`${SPACE}$`);
const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** `text.rstrip()`; from the end, since a pattern for it would look at inner spaces again and again. */
export function trimEnd(value: string): string {
  let end = value.length;
  while (end > 0 && TRAILING_SPACE.test(value[end - 1])) end--;
  return value.slice(0, end);
}

class Lexer {
  readonly tokens: Token[] = [];
  readonly #source: string;
  #at = 0;
  #line = 1;
  #counted = 0;
  #lineStarting = true;

  constructor(source: string) {
    const unified = source.replace(/\r\n|\r/g, '\n');
    this.#source = unified.endsWith('\n') ? unified.slice(0, -1) : unified;
  }

  run(): readonly Token[] {
    while (this.#at < this.#source.length) this.#root();
    this.#push('eof', '');
    return this.tokens;
  }

  /** Line of a place at or behind the last one asked for. */
  #lineAt(place: number): number {
    for (
      let at = this.#source.indexOf('\n', this.#counted);
      at >= 0 && at < place;
      at = this.#source.indexOf('\n', at + 1)
    ) {
      this.#line++;
      this.#counted = at + 1;
    }
    return this.#line;
  }

  #fail(message: string, place = this.#at): never {
    throw new TemplateSyntaxError(message, this.#lineAt(place));
  }

  #push(type: TokenType, text: string, value: Value = null, place = this.#at): void {
    this.tokens.push({ type, text, value, line: this.#lineAt(place) });
  }

  #match(pattern: RegExp, place = this.#at): RegExpExecArray | null {
    pattern.lastIndex = place;
    return pattern.exec(this.#source);
  }

  /** Behind a tag that ends here; tells the next text whether a line begins. */
  #moveTo(place: number): void {
    this.#at = place;
    this.#lineStarting = this.#source[place - 1] === '\n';
  }

  /** Text up to the next tag, and that tag. */
  #root(): void {
    const source = this.#source;
    let tag = source.indexOf('{', this.#at);
    while (tag >= 0 && !'%{#'.includes(source[tag + 1] ?? ' ')) tag = source.indexOf('{', tag + 1);
    if (tag < 0) {
      this.#push('data', source.slice(this.#at));
      this.#at = source.length;
      return;
    }
    const kind = source[tag + 1];
    const raw = kind === '%' ? this.#match(RAW, tag) : null;
    const sign = '-+'.includes(source[tag + 2] ?? ' ') ? source[tag + 2] : '';
    this.#data(source.slice(this.#at, tag), sign, kind !== '{');
    this.#moveTo(raw ? tag + raw[0].length : tag + 2 + sign.length);
    if (raw) this.#raw();
    else if (kind === '#') this.#comment();
    else if (kind === '%') this.#code('block_begin', 'block_end', BLOCK_END, tag);
    else this.#code('variable_begin', 'variable_end', VARIABLE_END, tag);
  }

  /** Text before a tag, with what the tag's sign and lstrip_blocks take from its end. */
  #data(text: string, sign: string, isBlock: boolean): void {
    let kept = text;
    if (sign === '-') kept = trimEnd(text);
    else if (sign !== '+' && isBlock) {
      const start = text.lastIndexOf('\n') + 1;
      if ((start > 0 || this.#lineStarting) && BLANK.test(text.slice(start))) kept = text.slice(0, start);
    }
    if (kept) this.#push('data', kept);
  }

  #raw(): void {
    const end = this.#match(RAW_END);
    if (!end) this.#fail('Missing end of raw directive');
    this.#data(this.#source.slice(this.#at, end.index), end[1], true);
    this.#moveTo(end.index + end[0].length);
  }

  #comment(): void {
    const end = this.#match(COMMENT_END);
    if (!end) this.#fail('Missing end of comment tag');
    this.#moveTo(end.index + end[0].length);
  }

  /** Tokens of a tag up to its end, which brackets that are open put off. */
  #code(begin: TokenType, end: TokenType, closing: RegExp, tag: number): void {
    this.#push(begin, '', null, tag);
    const open: string[] = [];
    for (;;) {
      const close = open.length === 0 ? this.#match(closing) : null;
      if (close) {
        this.#push(end, '');
        this.#moveTo(this.#at + close[0].length);
        return;
      }
      if (this.#at >= this.#source.length) return;
      this.#token(open);
    }
  }

  #token(open: string[]): void {
    const space = this.#match(SPACES);
    if (space) {
      this.#at += space[0].length;
      return;
    }
    const float = this.#match(FLOAT);
    if (float) {
      this.#take('number', float[0], Number(float[0].replaceAll('_', '')));
      return;
    }
    const integer = this.#match(INTEGER);
    if (integer) {
      this.#take('number', integer[0], this.#integer(integer[0]));
      return;
    }
    const name = this.#match(NAME);
    if (name) {
      if (!NAME_START.test(name[0])) this.#fail(`Invalid character in identifier '${name[0]}'`);
      this.#take('name', name[0], null);
      return;
    }
    const string = this.#match(STRING);
    if (string) {
      this.#take('string', string[0], this.#unescaped(string[0].slice(1, -1)));
      return;
    }
    const operator = this.#match(OPERATOR);
    if (!operator) this.#fail(`unexpected char '${String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0)}'`);
    this.#balance(operator[0], open);
    this.#take('operator', operator[0], null);
  }

  #take(type: TokenType, text: string, value: Value): void {
    this.#push(type, text, value);
    this.#at += text.length;
  }

  #integer(digits: string): bigint {
    const value = parseInteger(digits, 0);
    if (value === null) this.#fail(`a number of ${digits.length} digits`);
    return value;
  }

  #balance(operator: string, open: string[]): void {
    if (CLOSES[operator]) open.push(CLOSES[operator]);
    if (operator !== ')' && operator !== ']' && operator !== '}') return;
    const expected = open.pop();
    if (expected === undefined) this.#fail(`unexpected '${operator}'`);
    if (expected !== operator) this.#fail(`unexpected '${operator}', expected '${expected}'`);
  }

  #unescaped(inner: string): string {
    return inner.replace(ESCAPE, (whole, octal, hex, other) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (hex !== undefined) return this.#codePoint(Number.parseInt(hex.slice(1), 16));
      if ('xuU'.includes(other)) this.#fail(`truncated \\${other} escape`);
      if (other === 'N') this.#fail('\\N{…} escapes are not supported in chat templates here');
      return SIMPLE_ESCAPES[other] ?? nonAscii(whole, other);
    });
  }

  #codePoint(code: number): string {
    if (code > 0x10ffff) this.#fail('illegal Unicode character');
    return String.fromCodePoint(code);
  }
}

const ESCAPE = /\\(?:([0-7]{1,3})|(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})|(.))/gsu;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Jinja2 writes other characters as ASCII escapes before it reads escapes: behind a backslash, the text of that escape is left. */
function nonAscii(whole: string, character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return whole;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Tokens of a template, ended by `eof`. Throws TemplateSyntaxError. */
export const tokenize = (source: string): readonly Token[] => new Lexer(source).run();
