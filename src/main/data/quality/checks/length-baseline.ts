/** How often the longer answer is the chosen one. */
import { winRate } from '../../../base/statistics.ts';
import { charsOf } from '../../store/pair-texts.ts';
import { isPair, type QualityCheck } from '../check.ts';

export const lengthBaseline: QualityCheck = {
  id: 'length-baseline',
  title: 'Longer answer',
  start({ kind }) {
    if (kind !== 'preference') return null;
    const outcomes = { wins: 0, ties: 0, losses: 0 };
    return {
      add(row) {
        if (!isPair(row) || row.pair.tie) return;
        const [chosen, rejected] = [charsOf(row.chosen), charsOf(row.rejected)];
        outcomes[chosen > rejected ? 'wins' : chosen < rejected ? 'losses' : 'ties']++;
      },
      finish() {
        const n = outcomes.wins + outcomes.ties + outcomes.losses;
        const { value, low, high } = winRate(outcomes);
        return {
          baseline: {
            accuracy: n === 0 ? null : value,
            interval: n === 0 ? null : [low, high],
            n,
            meaning: 'In characters, over all decided pairs; answers of equal length count half',
          },
        };
      },
    };
  },
};
