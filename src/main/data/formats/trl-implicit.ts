/** TRL's implicit prompt: chosen and rejected begin alike, and what they share is the prompt (extract_prompt's rule). */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';
import { type Format, pairDraft, RowRefused, shareWith, textAt } from './format.ts';

/** The shared beginning; a space before the answers goes to them, because tokens begin with their space. */
export function splitShared(
  chosen: TextOrChat,
  rejected: TextOrChat,
): { prompt: TextOrChat; chosen: TextOrChat; rejected: TextOrChat } {
  const limit = Math.min(chosen.length, rejected.length);
  const same = (i: number) =>
    typeof chosen === 'string' ? chosen[i] === rejected[i] : JSON.stringify(chosen[i]) === JSON.stringify(rejected[i]);
  let shared = 0;
  while (shared < limit && same(shared)) shared++;
  if (typeof chosen === 'string' && shared < limit && shared > 0 && chosen[shared - 1] === ' ') shared--;
  return { prompt: chosen.slice(0, shared), chosen: chosen.slice(shared), rejected: rejected.slice(shared) };
}

export const trlImplicit: Format = {
  id: 'trl-implicit',
  title: 'TRL preference, implicit prompt',
  kind: 'preference',
  fields: ['chosen', 'rejected', 'margin', 'score_chosen', 'score_rejected', 'tie', 'annotator'],
  mapping: { chosen: 'chosen', rejected: 'rejected', margin: 'margin', tie: 'tie' },
  sniff(records) {
    const share = shareWith(records, ['chosen', 'rejected']);
    return { score: 0.7 * share, reason: `${Math.round(100 * share)}% of the first rows have chosen and rejected` };
  },
  read(record, mapping) {
    const chosen = textAt(record, mapping.chosen, 'chosen');
    const rejected = textAt(record, mapping.rejected, 'rejected');
    if (typeof chosen !== typeof rejected)
      throw new RowRefused('chosen and rejected must both be text or both conversations');
    if (JSON.stringify(chosen) === JSON.stringify(rejected))
      throw new RowRefused('chosen and rejected are identical: no signal');
    const split = splitShared(chosen, rejected);
    return [pairDraft(record, mapping, split.prompt, split.chosen, split.rejected)];
  },
};
