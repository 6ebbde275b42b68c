/** How clear the decisions are: margins of the decided pairs. */
import { median, quantile } from '../../../base/statistics.ts';
import { countBins, roundWidth } from '../bins.ts';
import type { QualityCheck } from '../check.ts';

const BINS = 12;

export const margins: QualityCheck = {
  id: 'margins',
  title: 'Margin',
  start({ kind }) {
    if (kind !== 'preference') return null;
    const values: number[] = [];
    return {
      add({ pair }) {
        if (pair.margin !== null && !pair.tie) values.push(pair.margin);
      },
      finish() {
        if (values.length === 0) return { histogram: null };
        const [low, high] = [quantile(values, 0.01), quantile(values, 0.99)];
        const width = roundWidth((high - low || 1) / (BINS - 1));
        const from = Math.floor(low / width) * width;
        const counts = countBins(values, from, width, BINS);
        return {
          histogram: { unit: 'margin', from, width, series: [{ name: 'margin', counts, median: median(values) }] },
        };
      },
    };
  },
};
