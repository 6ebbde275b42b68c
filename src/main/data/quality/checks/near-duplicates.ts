/** Rows whose words are almost those of an earlier row. */
import { COMPARED, expectedRecall, findNearDuplicates } from '../../datasets/near-duplicates.ts';
import { rowText } from '../../datasets/shingles.ts';
import { rowDigest } from '../../store/digests.ts';
import type { QualityCheck } from '../check.ts';

const MOST_ROWS = 2 ** 21;

export const nearDuplicates: QualityCheck = {
  id: 'near-duplicates',
  title: 'Near duplicates',
  start({ rows, rowAt, settings: { threshold } }) {
    const finder = findNearDuplicates(Math.min(rows, MOST_ROWS), threshold);
    return {
      add({ pair }) {
        if (rows <= MOST_ROWS) finder.add(rowText(pair));
      },
      *finish() {
        if (rows > MOST_ROWS) return { skipped: `Looked for in at most ${MOST_ROWS} rows` };
        const { earlier, notHeldAgainstAll } = yield* finder.find((row) => rowText(rowAt(row)));
        const near: number[] = [];
        // those that are equal are the other check's
        for (let row = 0; row < earlier.length; row++)
          if (earlier[row] !== -1 && rowDigest(rowAt(row)) !== rowDigest(rowAt(earlier[row]))) near.push(row);
        const recall = (100 * expectedRecall(threshold)).toFixed(1);
        const crowded =
          notHeldAgainstAll === 0
            ? ''
            : `; ${notHeldAgainstAll} of the others stand among so many alike that they were held against ${COMPARED} of them a band`;
        return {
          rows: near,
          of: rows,
          warns: true,
          meaning: `Jaccard ≥ ${threshold} of runs of 3 words; MinHash finds ${recall}% of those at the threshold${crowded}`,
        };
      },
    };
  },
};
