/** Tokens and their numbers as the page shows them: with text, and null for what is not finite. */
import type { Alternative, ReadToken, ShownToken } from '../../../preload/contract/generations.ts';
import { tokenText } from '../../data/tokenizers/token-text.ts';
import type { Tokenizer } from '../../data/tokenizers/tokenizer.ts';
import type { TokenReading } from '../../evaluate/token-reading.ts';

export const finite = (value: number | null): number | null =>
  value !== null && Number.isFinite(value) ? value : null;

export const shownToken = (tokenizer: Tokenizer, previous: number | null, id: number): ShownToken => ({
  id,
  text: tokenText(tokenizer, previous, id),
  special: tokenizer.specialIds.has(id),
});

export const shownTokens = (tokenizer: Tokenizer, ids: readonly number[]): ShownToken[] =>
  ids.map((id, i) => shownToken(tokenizer, i === 0 ? null : ids[i - 1], id));

/** A reading behind the token `previous`. */
export function shownReading(
  tokenizer: Tokenizer,
  previous: number | null,
  { id, logp, refLogp, kl, top }: TokenReading,
): ReadToken {
  return {
    ...shownToken(tokenizer, previous, id),
    logp: finite(logp),
    refLogp: finite(refLogp),
    kl: finite(kl),
    top: top.map(
      (each): Alternative => ({
        id: each.id,
        text: tokenText(tokenizer, previous, each.id),
        logp: finite(each.logp),
        refLogp: finite(each.refLogp),
      }),
    ),
  };
}
