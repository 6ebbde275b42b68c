/** Decodes tokens as they are generated: gives out text only once later tokens can no longer change it. */
import type { Tokenizer } from './tokenizer.ts';

export interface TextStream {
  /** Takes the next token; returns the text that became final with it, often '' within a character of several tokens. */
  push(id: number): string;
  /** The rest, when no token follows. */
  end(): string;
}

/** Bytes of a character cut short decode to this, at the end of the text. */
const CUT_SHORT = /\uFFFD+$/;

/** A byte of SentencePiece's fallback: one more can make the whole run of them invalid, and each of its bytes U+FFFD. */
const BYTE = /^<0x[0-9a-fA-F]{2}>$/;

/** All parts joined equal `tokenizer.decode(ids)`. */
export function streamText(tokenizer: Tokenizer, options: { skipSpecialTokens?: boolean } = {}): TextStream {
  const ids: number[] = [];
  let given = '';
  const take = (text: string): string => {
    // a decoder may still rewrite its end (clean-up of spaces): wait until it goes on from what was given
    if (!text.startsWith(given)) return '';
    const part = text.slice(given.length);
    given = text;
    return part;
  };
  return {
    push(id) {
      ids.push(id);
      if (BYTE.test(tokenizer.tokenOf(id))) return '';
      return take(tokenizer.decode(ids, options).replace(CUT_SHORT, ''));
    },
    end() {
      const whole = tokenizer.decode(ids, options);
      // what a decoder rewrote for good is not taken back, and nothing behind it is lost
      return whole.startsWith(given) ? take(whole) : whole.slice(sharedLength(whole, given));
    },
  };
}

function sharedLength(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
