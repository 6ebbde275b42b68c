/** Patterns of a tokenizer.json: Oniguruma (Ruby syntax) regular expressions turned into JavaScript's, and plain strings. */
import { TokenizerError } from '../tokenizer.ts';
import type { Finder, Match } from './aligned-text.ts';
import { asPatternsSee } from './unicode-tables.ts';

/** A longer pattern is not one of a tokenizer; bounds what a hostile file can make us compile. */
const MAX_PATTERN_LENGTH = 20_000;

/** What the Unicode-wide short forms mean; U+0085 is white space, U+FEFF is not (in JavaScript it is the other way round). */
const SETS: Readonly<Record<string, string>> = {
  s: '\\p{White_Space}',
  // Oniguruma takes Latin-1 from its own table, where raised digits and fractions are word characters
  w: '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\u00b2\u00b3\u00b9\u00bc-\u00be',
  d: '\\p{Nd}',
  h: '0-9a-fA-F',
};

/** Letters that fold together with an ASCII letter beyond its other case. */
const EXTRA_FOLDS: Readonly<Record<string, string>> = { s: '\u017f', k: '\u212a' };

const SYNTAX = /[\^$\\.*+?()[\]{}|/]/;

const WORD = `[${SETS.w}]`;

/** Anchors: lines end at \n alone, words are Unicode's. */
const ANCHORS: Readonly<Record<string, string>> = {
  '^': '(?<=\\n|(?<![^]))',
  $: '(?=\\n|(?![^]))',
  '\\A': '(?<![^])',
  '\\z': '(?![^])',
  '\\b': `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
  '\\B': `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`,
};

/** Finder of a `pattern` entry: `{"String": …}` or `{"Regex": …}`. */
export function finderOf(pattern: unknown, where: string): Finder {
  const { String: text, Regex: regex } = (pattern ?? {}) as { String?: unknown; Regex?: unknown };
  if (typeof text === 'string') return stringFinder(text);
  if (typeof regex === 'string') return regexFinder(compileOniguruma(regex, where));
  throw new TokenizerError(
    `${where}: expected a pattern {"String": …} or {"Regex": …}, found ${JSON.stringify(pattern)}`,
  );
}

function stringFinder(wanted: string): Finder {
  if (wanted === '') return regexFinder(/(?:)/gu);
  return (text) => {
    const matches: Match[] = [];
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
      matches.push([at, at + wanted.length]);
    return matches;
  };
}

/** Matches in what the patterns of the tokenizers library see of a text. */
export function regexFinder(regex: RegExp): Finder {
  const find = plainFinder(regex);
  return (text) => find(asPatternsSee(text));
}

export function plainFinder(regex: RegExp): Finder {
  return (text) => {
    const matches: Match[] = [];
    let before = -1;
    for (const match of text.matchAll(regex)) {
      const end = match.index + match[0].length;
      // no empty match right behind another, as in Oniguruma, nor between the halves of a character
      if (match[0] !== '' || (match.index !== before && !insidePair(text, match.index)))
        matches.push([match.index, end]);
      before = end;
    }
    return matches;
  };
}

const insidePair = (text: string, at: number): boolean =>
  at > 0 && /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));

export function compileOniguruma(source: string, where: string): RegExp {
  if (source.length > MAX_PATTERN_LENGTH)
    throw new TokenizerError(
      `${where}: a pattern of ${source.length} characters; at most ${MAX_PATTERN_LENGTH} are read`,
    );
  try {
    return new RegExp(new Translator(source).translate(), 'gu');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TokenizerError(`${where}: the pattern ${JSON.stringify(source)} cannot be used: ${why}`, { cause });
  }
}

/** One pass over the source. `#atom` = where the last complete atom begins in the output, for possessive quantifiers. */
class Translator {
  readonly #source: string;
  #at = 0;
  #out = '';
  #atom = 0;
  #possessive = 0;

  constructor(source: string) {
    this.#source = source;
  }

  translate(): string {
    this.#alternatives(false);
    if (this.#at < this.#source.length) throw new SyntaxError(`unmatched ")" at ${this.#at}`);
    return this.#out;
  }

  #alternatives(ignoreCase: boolean): void {
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') this.#item(ignoreCase);
  }

  #item(ignoreCase: boolean): void {
    const c = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    if ('*+?{'.includes(c)) this.#quantifier();
    else {
      this.#atom = this.#out.length;
      this.#atomAt(c, ignoreCase);
    }
  }

  #atomAt(c: string, ignoreCase: boolean): void {
    if (c === '(') this.#group(ignoreCase);
    else if (c === '[') this.#characterClass(ignoreCase);
    else if (c === '\\') this.#out += this.#escapeAt(false);
    else {
      this.#at += c.length;
      if (c === '.') this.#out += '[^\\n]';
      else if (c === '|') this.#out += c;
      else this.#out += ANCHORS[c] ?? literal(c, ignoreCase);
    }
  }

  #quantifier(): void {
    const rest = this.#source.slice(this.#at);
    const found = /^(?:[*+?]|\{\d*,?\d*\})/.exec(rest)?.[0];
    if (!found || found === '{}' || found === '{,}') {
      this.#atom = this.#out.length;
      this.#out += '\\{';
      this.#at += 1;
      return;
    }
    this.#at += found.length;
    const suffix = this.#source[this.#at];
    this.#out += found.replace(/^\{,/, '{0,');
    if (suffix === '?') {
      this.#out += '?';
      this.#at += 1;
    } else if (suffix === '+') {
      this.#at += 1;
      // "{n,m}+" repeats a greedy match in Ruby's syntax; on a class that equals the possessive reading or a plain "+"
      if (found.startsWith('{')) this.#out = `${this.#out.slice(0, this.#atom)}(?:${this.#out.slice(this.#atom)})+`;
      else this.#makeAtomic();
    }
  }

  /** JavaScript has no possessive quantifiers: a look-ahead is atomic, its capture is then consumed. */
  #makeAtomic(): void {
    const name = `atomic${this.#possessive++}`;
    this.#out = `${this.#out.slice(0, this.#atom)}(?:(?=(?<${name}>${this.#out.slice(this.#atom)}))\\k<${name}>)`;
  }

  #group(ignoreCase: boolean): void {
    const begin = this.#out.length;
    const [opening] = /^\((?:\?(?:[:=!>]|<[=!]|<\w+>|[imx-]+:))?/.exec(this.#source.slice(this.#at)) ?? ['('];
    if (opening === '(' && this.#source[this.#at + 1] === '?') throw new SyntaxError(`unknown group at ${this.#at}`);
    this.#at += opening.length;
    const flags = /^\(\?([imx-]+):$/.exec(opening)?.[1];
    if (flags && flags !== 'i' && flags !== '-i') throw new SyntaxError(`unknown flags "${flags}"`);
    const atomic = opening === '(?>';
    this.#out += flags || atomic || opening === '(' ? '(?:' : opening;
    this.#alternatives(flags ? flags === 'i' : ignoreCase);
    if (this.#source[this.#at] !== ')') throw new SyntaxError('a group is not closed');
    this.#at += 1;
    this.#out += ')';
    this.#atom = begin;
    if (atomic) this.#makeAtomic();
  }

  /** Reads an escape; within a class the sets come without brackets. */
  #escapeAt(inClass: boolean): string {
    const rest = this.#source.slice(this.#at);
    const c = rest[1];
    if (c === undefined) throw new SyntaxError('it ends with a backslash');
    const property = /^\\[pP]\{(\^?)(\w+)\}/.exec(rest);
    if (property) {
      this.#at += property[0].length;
      const negated = (c === 'P') !== (property[1] === '^');
      return unicodeProperty(property[2], negated);
    }
    const code = /^\\(?:x\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(rest);
    if (code) {
      this.#at += code[0].length;
      return `\\u{${code[1] ?? code[2] ?? code[3]}}`;
    }
    this.#at += 2;
    const set = SETS[c.toLowerCase()];
    if (set) return shorthand(c, set, inClass);
    if ('nrtfv'.includes(c)) return `\\${c}`;
    if (!inClass && ANCHORS[`\\${c}`]) return ANCHORS[`\\${c}`];
    if (/[a-zA-Z0-9]/.test(c)) throw new SyntaxError(`the escape \\${c} is not known`);
    return SYNTAX.test(c) || (inClass && c === '-') ? `\\${c}` : c;
  }

  #characterClass(ignoreCase: boolean): void {
    const negated = this.#source[this.#at + 1] === '^';
    this.#at += negated ? 2 : 1;
    let body = '';
    for (let first = true; first || this.#source[this.#at] !== ']'; first = false) {
      const c = this.#source[this.#at];
      if (c === undefined) throw new SyntaxError('a character class is not closed');
      if (c === '[' || this.#source.startsWith('&&', this.#at))
        throw new SyntaxError('classes within classes are not supported');
      if (c === '\\') {
        body += this.#escapeAt(true);
        continue;
      }
      const range = /^([^\\\]])-([^\\\]])/u.exec(this.#source.slice(this.#at, this.#at + 5));
      this.#at += range ? range[0].length : 1;
      body += range ? bothRanges(range[1], range[2], ignoreCase) : classLiteral(c, ignoreCase);
    }
    this.#at += 1;
    this.#out += `[${negated ? '^' : ''}${body}]`;
  }
}

/** \s \S \w …; a negated set of several parts cannot stand inside a class. */
function shorthand(letter: string, set: string, inClass: boolean): string {
  const negated = letter !== letter.toLowerCase();
  if (!inClass) return `[${negated ? '^' : ''}${set}]`;
  if (!negated) return set;
  if (letter === 'S') return '\\P{White_Space}';
  if (letter === 'D') return '\\P{Nd}';
  throw new SyntaxError(`\\${letter} within a class is not supported`);
}

/** A general category or binary property as it is, otherwise a script (Oniguruma writes \p{Han}). */
function unicodeProperty(name: string, negated: boolean): string {
  const letter = negated ? 'P' : 'p';
  for (const form of [`\\${letter}{${name}}`, `\\${letter}{Script=${name}}`]) {
    try {
      new RegExp(form, 'u');
      return form;
    } catch {
      // the next spelling
    }
  }
  throw new SyntaxError(`\\p{${name}} is not known`);
}

const bothCases = (c: string): string =>
  /[a-zA-Z]/.test(c) ? c.toLowerCase() + c.toUpperCase() + (EXTRA_FOLDS[c.toLowerCase()] ?? '') : c;

const classLiteral = (c: string, ignoreCase: boolean): string => (c === ']' ? '\\]' : ignoreCase ? bothCases(c) : c);

/** a-z, and A-Z beside it when case is ignored. */
function bothRanges(first: string, last: string, ignoreCase: boolean): string {
  const range = `${first}-${last}`;
  if (!ignoreCase || !/^(?:[a-z]-[a-z]|[A-Z]-[A-Z])$/.test(range)) return range;
  const folded = Object.entries(EXTRA_FOLDS).filter(([c]) => c >= first.toLowerCase() && c <= last.toLowerCase());
  return range.toLowerCase() + range.toUpperCase() + folded.map(([, extra]) => extra).join('');
}

function literal(c: string, ignoreCase: boolean): string {
  if (ignoreCase && /[a-zA-Z]/.test(c)) return `[${bothCases(c)}]`;
  return SYNTAX.test(c) ? `\\${c}` : c;
}
