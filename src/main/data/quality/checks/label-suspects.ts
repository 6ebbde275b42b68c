/**
 * Pairs whose label may be wrong: a model of word counts that has not seen their prompt speaks for the other answer (out-of-fold margins, as
 * confident learning has it: Northcutt, Jiang, Chuang 2021; here calibrated, so that a weak model doubts little).
 */
import { winRate } from '../../../base/statistics.ts';
import type { QualityCheck } from '../check.ts';
import { rowOf } from '../rows.ts';
import { differenceOf, FEWEST_PAIRS, wordModelOf } from '../word-model.ts';

/** Probability of the other answer from which a label is doubted. */
const DOUBTED = 0.75;
/** Rows between two pauses. */
const TURN = 500;

const percent = (share: number): string => `${(100 * share).toFixed(0)}%`;

export const labelSuspects: QualityCheck = {
  id: 'label-suspects',
  title: 'Label suspects',
  start(context) {
    if (context.kind !== 'preference') return null;
    const model = wordModelOf(context);
    return {
      add: model.add,
      *finish() {
        const learnt = yield* model.learn();
        if (!learnt) return { skipped: `Needs ${FEWEST_PAIRS} decided pairs` };
        const { value, low } = winRate(learnt.outcomes);
        if (low <= 0.5) return { skipped: 'Words alone tell no label here, so they can doubt none' };
        const suspects: number[] = [];
        let of = 0;
        for (const pair of context.everyRow()) {
          if (pair.index % TURN === 0) yield;
          const difference = differenceOf(rowOf(pair));
          if (!difference) continue;
          of++;
          if (learnt.doubt(difference) >= DOUBTED) suspects.push(pair.index);
        }
        const learntFrom = model.every === 1 ? '' : `, learnt from one row in ${model.every}`;
        return {
          rows: suspects,
          of,
          warns: true,
          meaning: `Words alone are at least ${percent(DOUBTED)} sure of the other answer; without having seen the prompt they are right in ${percent(value)} of the pairs${learntFrom}`,
        };
      },
    };
  },
};
