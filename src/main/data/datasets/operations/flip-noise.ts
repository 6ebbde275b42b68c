/** Turns some pairs round, as raters who err would: how much noise does a method stand? */
import { z } from 'zod';
import { DatasetError } from '../../records.ts';
import { drawn, seed } from './drawing.ts';
import { defineOperation, nameOf } from './operation.ts';
import { swapped } from './swap.ts';

const params = z.strictObject({
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(0.1)
    .meta({ title: 'Share' })
    .describe('Share of the decided pairs that are turned round'),
  seed,
});

export const flipNoise = defineOperation({
  id: 'flip-noise',
  title: 'Flip labels',
  summary: 'Turns a share of the decided pairs round: chosen becomes rejected.',
  several: false,
  params,
  plan([source], { share, seed: from }) {
    if (source.dataset.kind !== 'preference')
      throw new DatasetError(`flip-noise turns pairs round; "${source.dataset.name}" holds ${source.dataset.kind}`);
    const percent = Math.round(1000 * share) / 10;
    return {
      parts: [
        { words: `flipped from ${nameOf(source)}: ${percent}% of the decided pairs with seed ${from}`, suffix: '' },
      ],
      passes: 2,
      *deal() {
        const decided: number[] = [];
        for (const row of source.rows()) {
          if (!row.tie) decided.push(row.index);
          yield;
        }
        const flip = yield* drawn(decided, from, Math.round(share * decided.length));
        for (const row of source.rows()) yield { row: flip.has(row.index) ? swapped(row) : row, part: 0 };
      },
    };
  },
});
