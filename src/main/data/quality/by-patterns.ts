/** Rows in whose texts one of several patterns is found, with how many rows each was found in. */
import { answersOf, type Collector } from './check.ts';
import type { Pattern } from './patterns.ts';

export function patternCheck(patterns: readonly Pattern[], none: string): Collector {
  const rows: number[] = [];
  const counts = patterns.map(() => 0);
  let of = 0;
  return {
    add(row) {
      of++;
      const texts = [row.prompt, ...answersOf(row)];
      const found = patterns.map((pattern) => texts.some(pattern.find));
      found.forEach((is, i) => {
        if (is) counts[i]++;
      });
      if (found.includes(true)) rows.push(row.pair.index);
    },
    finish() {
      const said = patterns.flatMap(({ one, many }, i) =>
        counts[i] === 0 ? [] : `${counts[i]} with ${counts[i] === 1 ? one : many}`,
      );
      return { rows, of, warns: true, meaning: said.length === 0 ? none : said.join(', ') };
    },
  };
}
