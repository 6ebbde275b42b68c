/** How long answers are: in tokens where a tokenizer is chosen, else in characters. */
import { median } from '../../../base/statistics.ts';
import { promptIds } from '../../batches.ts';
import { charsOf } from '../../store/pair-texts.ts';
import { binWidth, countBins } from '../bins.ts';
import type { QualityCheck } from '../check.ts';

/** Rows whose tokens are counted at most. */
const MOST_TOKENISED = 20_000;

const SIDES = ['chosen', 'rejected', 'completion'] as const;

export const lengths: QualityCheck = {
  id: 'lengths',
  title: 'Length',
  start({ kind, rows, tokenizer }) {
    if (kind === 'prompts') return null;
    const every = tokenizer ? Math.max(1, Math.ceil(rows / MOST_TOKENISED)) : 1;
    const found = new Map<(typeof SIDES)[number], number[]>();
    const lengthOf = (text: string): number => (tokenizer ? promptIds(tokenizer, text).length : charsOf(text));
    return {
      add(row) {
        if (row.pair.index % every !== 0) return;
        for (const side of SIDES) {
          const text = row[side];
          if (text === null) continue;
          const list = found.get(side) ?? [];
          found.set(side, list);
          list.push(lengthOf(text));
        }
      },
      finish() {
        const width = binWidth([...found.values()].flat());
        const unit = tokenizer ? `tokens${every === 1 ? '' : `, every ${every}th row`}` : 'characters';
        const series = [...found].map(([name, values]) => ({
          name,
          counts: countBins(values, 0, width),
          median: values.length === 0 ? null : median(values),
        }));
        return { histogram: series.length === 0 ? null : { unit, from: 0, width, series } };
      },
    };
  },
};
