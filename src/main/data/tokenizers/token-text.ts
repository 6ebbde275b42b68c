/** What single tokens add to a text, for people who read it token by token. */
import type { Tokenizer } from './tokenizer.ts';

type Reader = Pick<Tokenizer, 'decode' | 'specialIds' | 'tokenOf'>;

/** The text a token adds behind the one before it (null: nothing is before it); special tokens and parts of a character by their own name. */
export function tokenText(tokenizer: Reader, previous: number | null, id: number): string {
  if (tokenizer.specialIds.has(id)) return tokenizer.tokenOf(id);
  // behind a token, because some decoders drop the space a text begins with
  const before = previous === null || tokenizer.specialIds.has(previous) ? [] : [previous];
  const head = tokenizer.decode(before);
  const whole = tokenizer.decode([...before, id]);
  const text = whole.startsWith(head) ? whole.slice(head.length) : whole;
  return text === '' || text.includes('\uFFFD') ? tokenizer.tokenOf(id) : text;
}
