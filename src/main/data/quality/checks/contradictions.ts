/** The same question decided both ways. */
import { digest } from '../../store/digests.ts';
import type { QualityCheck, QualityRow } from '../check.ts';

const ONE_WAY = 1;
const OTHER_WAY = 2;

/** What is decided, and which way: the two answers in whatever order, or one answer with its label. */
function decisionOf({ pair, prompt, chosen, rejected, completion }: QualityRow): { key: number; way: number } | null {
  if (chosen !== null && rejected !== null) {
    if (pair.tie || chosen === rejected) return null;
    const inOrder = chosen < rejected;
    const key = digest(JSON.stringify(inOrder ? [prompt, chosen, rejected] : [prompt, rejected, chosen]));
    return { key, way: inOrder ? ONE_WAY : OTHER_WAY };
  }
  if (completion === null || pair.label === null) return null;
  return { key: digest(JSON.stringify([prompt, completion])), way: pair.label ? ONE_WAY : OTHER_WAY };
}

export const contradictions: QualityCheck = {
  id: 'contradictions',
  title: 'Contradictions',
  start({ kind, rows }) {
    if (kind !== 'preference' && kind !== 'unpaired') return null;
    const ways = new Map<number, number>();
    const keys = new Float64Array(rows).fill(Number.NaN);
    return {
      add(row) {
        const decision = decisionOf(row);
        if (!decision) return;
        keys[row.pair.index] = decision.key;
        ways.set(decision.key, (ways.get(decision.key) ?? 0) | decision.way);
      },
      finish() {
        const found: number[] = [];
        keys.forEach((key, row) => {
          if (ways.get(key) === (ONE_WAY | OTHER_WAY)) found.push(row);
        });
        return { rows: found, of: rows, warns: true, meaning: 'Same prompt and answers, decided both ways' };
      },
    };
  },
};
