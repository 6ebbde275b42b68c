/** Which scripts the rows are written in, as far as that tells languages. */
import { answersOf, type QualityCheck } from '../check.ts';
import { countScripts, mainScript, NO_LETTERS, SCRIPT_NAMES } from '../scripts.ts';

/** Scripts that are named. */
const NAMED = 5;

/** "99.97%" stays below 100%. */
const percent = (share: number): string => `${(Math.floor(1000 * share) / 10).toFixed(1)}%`;

export const languageMix: QualityCheck = {
  id: 'language-mix',
  title: 'Language mix',
  start({ rows }) {
    const scripts = new Int8Array(rows);
    return {
      add(row) {
        const counts = countScripts(row.prompt);
        for (const answer of answersOf(row)) countScripts(answer, counts);
        scripts[row.pair.index] = mainScript(counts);
      },
      finish() {
        const counts = new Map<number, number>();
        for (const script of scripts) counts.set(script, (counts.get(script) ?? 0) + 1);
        const without = counts.get(NO_LETTERS) ?? 0;
        counts.delete(NO_LETTERS);
        const byCount = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
        const [first] = byCount;
        if (!first) return { skipped: 'No row has letters' };
        const others = [...scripts.keys()].filter((row) => scripts[row] !== NO_LETTERS && scripts[row] !== first[0]);
        const named = byCount
          .slice(0, NAMED)
          .map(([script, n]) => `${SCRIPT_NAMES[script]} ${percent(n / (rows - without))}`);
        const more = byCount.length > NAMED ? [`${byCount.length - NAMED} more`] : [];
        const silent = without === 0 ? '' : `; ${without} without letters`;
        return {
          rows: others,
          of: rows - without,
          meaning: `By script, not by language, so that English and French are one: ${[...named, ...more].join(', ')}${silent}. The rows are those not in ${SCRIPT_NAMES[first[0]]}`,
        };
      },
    };
  },
};
