/** A rated queue as the JSON that Google's LLM Comparator opens: two models side by side, a score above 0 where A is better. */

import { type QueueRatingRow, ratingsByItem } from '../data/store/queue-ratings.ts';
import type { QueueItemRow, QueueRecord } from '../data/store/queues.ts';
import { pointsOf } from '../evaluate/queue-results.ts';

/** Points of 0, ½, 1 as the program's scores: -1, 0, 1. */
const scoreOf = (points: number): number => 2 * points - 1;
const JUDGED = { first: 1, second: -1, tie: 0 } as const;

/** Only pairs that somebody rated. Where a queue has more than two models, each example names its own. */
export function comparatorJson(
  queue: QueueRecord,
  items: readonly QueueItemRow[],
  ratings: readonly QueueRatingRow[],
): string {
  const byItem = ratingsByItem(ratings);
  const [a, b] = queue.models.length === 2 ? queue.models : ['A', 'B'];
  const examples = items.flatMap((item) => {
    const given = byItem.get(item.id);
    if (!given) return [];
    const scores = given.map((rating) => scoreOf(pointsOf(rating)));
    return [
      {
        input_text: item.prompt,
        tags: [...new Set(given.flatMap(({ tags }) => tags))],
        output_text_a: item.first,
        output_text_b: item.second,
        score: scores.reduce((sum, score) => sum + score, 0) / scores.length,
        individual_rater_scores: given.map(({ rater, comment, flipped }, i) => ({
          score: scores[i],
          rating_label: scores[i] > 0 ? 'A is better' : scores[i] < 0 ? 'B is better' : 'Same',
          is_flipped: flipped,
          rationale: [rater, comment].filter(Boolean).join(': '),
        })),
        custom_fields: {
          model_a: item.firstModel,
          model_b: item.secondModel,
          judge_score: item.judged === null ? null : JUDGED[item.judged],
        },
      },
    ];
  });
  const schema = [
    { name: 'model_a', type: 'category' },
    { name: 'model_b', type: 'category' },
    { name: 'judge_score', type: 'number' },
  ];
  return JSON.stringify({
    metadata: { source_path: queue.name, custom_fields_schema: schema },
    models: [{ name: a }, { name: b }],
    examples,
  });
}
