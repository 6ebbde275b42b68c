/** Rows as checks read them. */
import type { StoredPair } from '../../../preload/contract/datasets.ts';
import { plainText } from '../store/pair-texts.ts';
import type { QualityRow } from './check.ts';

const textOrNull = (text: StoredPair['chosen']): string | null => (text === null ? null : plainText(text));

export const rowOf = (pair: StoredPair): QualityRow => ({
  pair,
  prompt: plainText(pair.prompt),
  chosen: textOrNull(pair.chosen),
  rejected: textOrNull(pair.rejected),
  completion: textOrNull(pair.completion),
});
