/** Where a completion ends because a stop string was written: found in the text with special tokens, so that a special token can be one. */
import type { Tokenizer } from './tokenizer.ts';

export interface StopStrings {
  /** Place in the text (special tokens kept) where the first stop string begins; −1 when none does. */
  find(ids: readonly number[]): number;
  /** Text before the first stop string, special tokens left out when they are to be skipped. */
  textBefore(ids: readonly number[]): string;
}

export function createStopStrings(
  tokenizer: Pick<Tokenizer, 'decode' | 'specialIds' | 'tokenOf'>,
  stops: readonly string[],
  skipSpecialTokens: boolean,
): StopStrings {
  const special = [...tokenizer.specialIds].map((id) => tokenizer.tokenOf(id)).filter((token) => token !== '');
  const firstIn = (text: string): number => {
    const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
    return places.length === 0 ? -1 : Math.min(...places);
  };
  return {
    find: (ids) => (stops.length === 0 ? -1 : firstIn(tokenizer.decode(ids))),
    textBefore(ids) {
      const text = tokenizer.decode(ids);
      const end = firstIn(text);
      if (end < 0) return tokenizer.decode(ids, { skipSpecialTokens });
      const before = text.slice(0, end);
      return skipSpecialTokens ? special.reduce((rest, token) => rest.replaceAll(token, ''), before) : before;
    },
  };
}
