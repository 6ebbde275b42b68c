/** Rows that say what an earlier row says: same prompt, same answers, same label. */
import { rowDigest } from '../../store/digests.ts';
import { type QualityCheck, rowCheck } from '../check.ts';

export const exactDuplicates: QualityCheck = {
  id: 'exact-duplicates',
  title: 'Exact duplicates',
  start() {
    const seen = new Set<number>();
    return rowCheck(
      ({ pair }) => {
        const before = seen.size;
        return seen.add(rowDigest(pair)).size === before;
      },
      { meaning: 'Same prompt and answers as an earlier row', warns: true },
    );
  },
};
