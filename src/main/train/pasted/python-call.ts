/** Keyword arguments of Python calls as they stand in a script: `DPOConfig(beta=0.1, bf16=False)`. Reads literals; anything else is told, nothing is run. */

export interface PythonCall {
  /** Name of what is called: "DPOConfig". */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Arguments that are no literals, as they stand there. */
  readonly unread: readonly { readonly key: string; readonly text: string }[];
}

/** Something that is computed in the script: its text is kept. */
class Expression {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const WORDS: ReadonlyMap<string, unknown> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** Walks a text once, from front to back; what it does not understand it passes over up to the next comma or bracket. */
class Reader {
  at: number;
  readonly text: string;
  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  /** White space and comments. */
  space(): void {
    for (;;) {
      const found = /^(?:\s+|#[^\n]*|\\\n)/.exec(this.text.slice(this.at, this.at + 4096));
      if (!found) return;
      this.at += found[0].length;
    }
  }

  take(sign: string): boolean {
    this.space();
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  match(pattern: RegExp): string | null {
    this.space();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found || found.index !== this.at) return null;
    this.at += found[0].length;
    return found[0];
  }

  get ended(): boolean {
    this.space();
    return this.at >= this.text.length;
  }

  /** A literal that is followed by a comma or the closing bracket; else the text up to there. */
  value(): unknown {
    this.space();
    const from = this.at;
    const literal = this.literal();
    this.space();
    if (literal !== undefined && (this.ended || ',)]}:'.includes(this.text[this.at]))) return literal;
    this.at = from;
    this.passOver();
    return new Expression(this.text.slice(from, this.at).trim());
  }

  literal(): unknown {
    const word = this.match(/(?:True|False|None)\b/y);
    if (word !== null) return WORDS.get(word);
    const number = this.match(/[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?/y);
    if (number !== null) return Number(number.replaceAll('_', ''));
    if (/^[rbuRBU]?["']/.test(this.text.slice(this.at, this.at + 2))) return this.strings();
    if (this.take('[')) return this.list(']');
    if (this.take('(')) return this.list(')');
    return this.take('{') ? this.dictionary() : undefined;
  }

  /** Strings that stand side by side are one. */
  strings(): string {
    let all = '';
    for (;;) {
      this.space();
      const found = /^[rbuRBU]?("""|'''|"|')/.exec(this.text.slice(this.at, this.at + 5));
      if (!found) return all;
      this.at += found[0].length;
      all += this.string(found[1], /^[rR]/.test(found[0]));
    }
  }

  string(quote: string, raw: boolean): string {
    let found = '';
    while (this.at < this.text.length && !this.text.startsWith(quote, this.at)) {
      const sign = this.text[this.at++];
      if (sign !== '\\' || raw) found += sign;
      else {
        const escaped = this.text[this.at++] ?? '';
        found += ESCAPES[escaped] ?? escaped;
      }
    }
    this.at += quote.length;
    return found;
  }

  list(close: string): unknown {
    const items: unknown[] = [];
    while (!this.ended && !this.take(close)) {
      const item = this.value();
      if (item instanceof Expression) return undefined;
      items.push(item);
      this.take(',');
    }
    return items;
  }

  dictionary(): unknown {
    const entries: [string, unknown][] = [];
    while (!this.ended && !this.take('}')) {
      const key = this.value();
      const value = this.take(':') ? this.value() : new Expression('');
      if (key instanceof Expression || value instanceof Expression) return undefined;
      entries.push([String(key), value]);
      this.take(',');
    }
    return Object.fromEntries(entries);
  }

  /** Up to a comma or bracket that closes what is around; brackets and strings within are passed over whole. */
  passOver(): void {
    const open: string[] = [];
    while (this.at < this.text.length) {
      const sign = this.text[this.at];
      if (open.length === 0 && (sign === ',' || sign === ')')) return;
      if (sign === '"' || sign === "'") {
        this.at++;
        this.string(sign, false);
        continue;
      }
      if (CLOSING[sign]) open.push(CLOSING[sign]);
      else if (sign === open.at(-1)) open.pop();
      this.at++;
    }
  }

  call(name: string): PythonCall {
    const values: Record<string, unknown> = {};
    const unread: { key: string; text: string }[] = [];
    while (!this.ended && !this.take(')')) {
      const from = this.at;
      const key = this.match(/[A-Za-z_]\w*(?=\s*=[^=])/y);
      if (key !== null) this.take('=');
      const value = this.value();
      if (key === null) unread.push({ key: '', text: this.text.slice(from, this.at).trim() });
      else if (value instanceof Expression) unread.push({ key, text: value.text });
      else values[key] = value;
      // what cannot be read at all must not be read for ever
      if (!this.take(',') && this.at === from) this.at++;
    }
    return { name, values, unread };
  }
}

/** Calls of classes whose names end in "Config" or "Arguments", in their order. */
export function pythonCalls(text: string): PythonCall[] {
  const calls: PythonCall[] = [];
  const heads = /\b([A-Z]\w*(?:Config|Arguments))\s*\(/g;
  for (let head = heads.exec(text); head; head = heads.exec(text)) {
    const reader = new Reader(text, heads.lastIndex);
    calls.push(reader.call(head[1]));
    heads.lastIndex = Math.max(heads.lastIndex, reader.at);
  }
  return calls;
}
