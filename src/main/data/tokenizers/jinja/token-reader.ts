/** Looks at a template's tokens one after the other, and says what else was expected. */
import { TemplateSyntaxError, type Token, type TokenType, tokenize } from './lexer.ts';

/** Deeper nesting would end in a stack overflow; Python refuses it as well. */
const MAX_DEPTH = 200;

export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#tokens = tokenize(source);
  }

  protected get token(): Token {
    return this.#tokens[this.#at];
  }

  protected look(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)];
  }

  protected next(): Token {
    const token = this.token;
    if (token.type !== 'eof') this.#at++;
    return token;
  }

  protected fail(message: string, line = this.token.line): never {
    throw new TemplateSyntaxError(message, line);
  }

  protected is(type: TokenType, text?: string): boolean {
    return this.token.type === type && (text === undefined || this.token.text === text);
  }

  protected skip(type: TokenType, text: string): boolean {
    const found = this.is(type, text);
    if (found) this.next();
    return found;
  }

  protected expect(type: TokenType, text?: string): Token {
    if (this.is(type, text)) return this.next();
    if (this.is('eof')) this.fail(`unexpected end of template, expected '${text ?? described(type)}'.`);
    return this.fail(`expected token '${text ?? described(type)}', got '${nameOf(this.token)}'`);
  }

  /** Of something whose nesting has a bound. */
  protected nested<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) this.fail(`nested more than ${MAX_DEPTH} deep`);
    const result = parse();
    this.#depth--;
    return result;
  }

  protected skipTwo(): void {
    this.#at += 2;
  }
}

const DESCRIBED: Partial<Record<TokenType, string>> = {
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  data: 'template data / text',
  eof: 'end of template',
};
const described = (type: TokenType): string => DESCRIBED[type] ?? type;
export const nameOf = ({ type, text }: Token): string =>
  type === 'name' || type === 'operator' ? text : described(type);
