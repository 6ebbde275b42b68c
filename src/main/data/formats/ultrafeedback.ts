/** UltraFeedback, binarised (2310.01377): pairs with a score for each side; equal scores are a tie. */

import { type Format, shareWith } from './format.ts';
import { trlPreference } from './trl-preference.ts';

const NESTED = { score_chosen: 'metadata.score_chosen', score_rejected: 'metadata.score_rejected' };

export const ultrafeedback: Format = {
  id: 'ultrafeedback',
  title: 'UltraFeedback, binarised',
  kind: 'preference',
  fields: trlPreference.fields,
  mapping: { prompt: 'prompt', chosen: 'chosen', rejected: 'rejected', ...NESTED },
  sniff(records) {
    const share = shareWith(records, ['prompt', 'chosen', 'rejected', NESTED.score_chosen, NESTED.score_rejected]);
    return {
      score: 0.97 * share,
      reason: `${Math.round(100 * share)}% of the first rows are pairs with a score for each side`,
    };
  },
  read: trlPreference.read,
};
