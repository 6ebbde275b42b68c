/** Draws some of the rows. */
import { z } from 'zod';
import { DatasetError } from '../../records.ts';
import { promptDigest } from '../../store/digests.ts';
import { drawn, seed } from './drawing.ts';
import { defineOperation, nameOf } from './operation.ts';

const params = z.strictObject({
  count: z.int().min(1).optional().meta({ title: 'Count', description: 'How many' }),
  share: z.number().gt(0).max(1).optional().meta({ title: 'Share', description: 'Which share, instead of a count' }),
  by: z
    .enum(['row', 'prompt'])
    .default('row')
    .meta({ title: 'By' })
    .describe('prompt: draws prompts, with all their rows'),
  seed,
});

export const sample = defineOperation({
  id: 'sample',
  title: 'Sample',
  summary: 'Draws some of the rows, or of the prompts with all their rows.',
  several: false,
  params,
  plan([source], { count, share, by, seed: from }) {
    if ((count === undefined) === (share === undefined))
      throw new DatasetError('sample: give either a count or a share');
    const size = share === undefined ? `${count}` : `${Math.round(1000 * share) / 10}%`;
    const wanted = (total: number) => (share === undefined ? (count ?? 0) : Math.max(1, Math.round(share * total)));
    return {
      parts: [{ words: `sampled from ${nameOf(source)}: ${size} of the ${by}s with seed ${from}`, suffix: '' }],
      passes: by === 'prompt' ? 2 : 1,
      *deal() {
        if (by === 'row') {
          const { rows } = source.version;
          const keep = yield* drawn(
            Array.from({ length: rows }, (_, row) => row),
            from,
            wanted(rows),
          );
          for (const row of source.rows()) yield keep.has(row.index) ? { row, part: 0 } : undefined;
          return;
        }
        const prompts = new Set<number>();
        for (const row of source.rows()) {
          prompts.add(promptDigest(row));
          yield;
        }
        const keep = yield* drawn(prompts, from, wanted(prompts.size));
        for (const row of source.rows()) yield keep.has(promptDigest(row)) ? { row, part: 0 } : undefined;
      },
    };
  },
});
