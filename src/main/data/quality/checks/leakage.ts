/** Prompts that also stand in another part: a model would be tested on what it was trained on. */

import { digest } from '../../store/digests.ts';
import { splitOf } from '../../store/pair-columns.ts';
import { plainText } from '../../store/pair-texts.ts';
import type { QualityCheck } from '../check.ts';

/** Case and white space do not make another prompt. */
const keyOf = (prompt: string): number => digest(prompt.toLowerCase().replaceAll(/\s+/g, ' ').trim());

export const leakage: QualityCheck = {
  id: 'leakage',
  title: 'Prompt leakage',
  start({ rows, others }) {
    const keys = new Float64Array(rows);
    const splits = new Uint32Array(rows);
    const names = new Map([['', 0]]);
    return {
      add({ pair, prompt }) {
        keys[pair.index] = keyOf(prompt);
        const split = splitOf(pair);
        if (!names.has(split)) names.set(split, names.size);
        splits[pair.index] = names.get(split) ?? 0;
      },
      *finish() {
        if (names.size < 3 && others.length === 0)
          return { skipped: 'There is no other part: split it, or name a dataset to hold it against' };
        const elsewhere = new Set<number>();
        let read = 0;
        for (const other of others)
          for (const row of other.rows()) {
            elsewhere.add(keyOf(plainText(row.prompt)));
            if (++read % 1000 === 0) yield;
          }
        const partOf = new Map<number, number>();
        for (let row = 0; row < rows; row++) {
          const known = partOf.get(keys[row]);
          // rows that name no part are in none
          if (splits[row] === 0) continue;
          partOf.set(keys[row], known === undefined || known === splits[row] ? splits[row] : -1);
        }
        const found: number[] = [];
        for (let row = 0; row < rows; row++)
          if (elsewhere.has(keys[row]) || (splits[row] !== 0 && partOf.get(keys[row]) === -1)) found.push(row);
        const against = [...others.map(({ name }) => name), ...(names.size > 2 ? ['its own parts'] : [])];
        return { rows: found, of: rows, warns: true, meaning: `Prompts that also stand in ${against.join(', ')}` };
      },
    };
  },
};
