/** Preference rows as objectives on pairs train on them. */
import { type Dropped, type PairTokens, pairTokens, type TokenLimits } from '../data/batches.ts';
import { isTie, preferenceExample } from '../data/examples.ts';
import type { SourceRecord } from '../data/records.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';

/** Why a tie is left out, and what learns from it. */
export const TIE: Dropped = {
  dropped: 'a tie prefers neither answer; a reward model with the losses rao_kupper or davidson learns from ties',
};

/** A row's pair in tokens; ties (`"tie": true`) are left out. Throws DatasetError on a row that is no pair. */
export const pairRow = (
  tokenizer: Tokenizer,
  path: string,
  record: SourceRecord,
  limits: TokenLimits,
): PairTokens | Dropped => (isTie(path, record) ? TIE : pairTokens(tokenizer, preferenceExample(path, record), limits));
