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
      return take(tokenizer.decode(ids, options).replace(CUT_SHORT, ''));
    },
    end: () => take(tokenizer.decode(ids, options)),
  };
}
