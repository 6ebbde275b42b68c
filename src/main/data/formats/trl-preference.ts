/** TRL's preference format: prompt, chosen, rejected; texts or conversations. */
import { type Format, pairDraft, RowRefused, shareWith, textAt } from './format.ts';

export const trlPreference: Format = {
  id: 'trl',
  title: 'TRL preference, explicit prompt',
  kind: 'preference',
  fields: ['prompt', 'chosen', 'rejected', 'margin', 'score_chosen', 'score_rejected', 'tie', 'annotator'],
  mapping: { prompt: 'prompt', chosen: 'chosen', rejected: 'rejected', margin: 'margin', tie: 'tie' },
  sniff(records) {
    const share = shareWith(records, ['prompt', 'chosen', 'rejected']);
    return {
      score: 0.9 * share,
      reason: `${Math.round(100 * share)}% of the first rows have prompt, chosen and rejected`,
    };
  },
  read(record, mapping) {
    const prompt = textAt(record, mapping.prompt, 'prompt');
    const chosen = textAt(record, mapping.chosen, 'chosen');
    const rejected = textAt(record, mapping.rejected, 'rejected');
    if (typeof chosen !== typeof rejected)
      throw new RowRefused('chosen and rejected must both be text or both conversations');
    return [pairDraft(record, mapping, prompt, chosen, rejected)];
  },
};
