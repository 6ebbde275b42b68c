/** Stanford Human Preferences (2110.08420): a post and two comments on it; label 1 prefers A, 0 prefers B; scores are votes. */
import { labelAt } from './format.ts';
import { judgedTable } from './judged-table.ts';

export const shp = judgedTable({
  id: 'shp',
  title: 'Stanford Human Preferences',
  required: ['history', 'human_ref_A', 'human_ref_B', 'labels'],
  mapping: {
    prompt: 'history',
    answer_a: 'human_ref_A',
    answer_b: 'human_ref_B',
    preference: 'labels',
    score_a: 'score_A',
    score_b: 'score_B',
  },
  judgements: (record, mapping) => [{ verdict: labelAt(record, mapping.preference ?? 'labels') ? 'a' : 'b' }],
  perAnswer: {
    comment: ['c_root_id_A', 'c_root_id_B'],
    created_at_utc: ['created_at_utc_A', 'created_at_utc_B'],
  },
});
