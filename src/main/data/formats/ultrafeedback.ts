/** UltraFeedback, binarised (2310.01377): pairs with a score for each side in their metadata; equal scores are a tie. */
import { type Format, percentOf, type RecordValue, shareWith, valueAt } from './format.ts';
import { readPreference, trlPreference } from './trl-preference.ts';

const NESTED = { score_chosen: 'metadata.score_chosen', score_rejected: 'metadata.score_rejected' };

const hasScores = (record: RecordValue): boolean =>
  record.score_chosen === undefined &&
  Object.values(NESTED).every((column) => typeof valueAt(record, column) === 'number');

export const ultrafeedback: Format = {
  id: 'ultrafeedback',
  title: 'UltraFeedback, binarised',
  kind: 'preference',
  fields: trlPreference.fields,
  mapping: { prompt: 'prompt', chosen: 'chosen', rejected: 'rejected', ...NESTED },
  sniff(records) {
    const scored = records.filter(hasScores);
    const share = (shareWith(scored, ['prompt', 'chosen', 'rejected']) * scored.length) / Math.max(1, records.length);
    return { score: 0.97 * share, reason: `${percentOf(share)} are pairs with a score for each side` };
  },
  read: readPreference,
};
