/** Likelihood displacement: log π(y⁺) falls while the margin grows (Razin et al. 2410.08847). */
import type { CurveBook } from '../../../../charts/curve-book.ts';
import { percent, signed } from '../../../../charts/numbers.ts';
import { addChosenLoss, arxiv, holdCloser } from './remedy.ts';
import { average, FEW, means, type Rule } from './rule.ts';

/** Share of pairs whose chosen answer is less likely than at step 0. */
const BELOW = 'displacement/chosen_below_start';

function find(book: CurveBook): ReturnType<Rule['find']> {
  const chosen = means(book, 'rewards/chosen');
  const margins = means(book, 'rewards/margins');
  if (chosen.length < 3 * FEW || margins.length < 3 * FEW) return null;
  const now = average(chosen.slice(-FEW));
  const gained = average(margins.slice(-FEW)) - average(margins.slice(0, FEW));
  if (now >= 0 || now >= average(chosen.slice(0, FEW)) || gained <= 0) return null;
  const below = (book.find(BELOW, true) ?? book.find(BELOW))?.last()?.value;
  return {
    title: 'Chosen answers are becoming less likely.',
    text: `${below === undefined ? '' : `In ${percent(below, 0)} of pairs log π(y⁺) is below its value at step 0. `}rewards/chosen is ${signed(now)} nats over the last ${FEW} values, below the reference, while the margin grew by ${signed(gained)} nats. The loss needs only the gap, so the mass taken from rejected answers goes elsewhere.`,
  };
}

export const displacement: Rule = {
  kind: 'displacement',
  remedies: [
    { to: 'force', label: 'Show where the mass went', methods: ['dpo'] },
    addChosenLoss,
    holdCloser,
    { to: 'continue', label: 'Continue as online DPO', methods: ['dpo'], method: 'online_dpo' },
  ],
  paper: arxiv('Razin et al., Unintentional unalignment', '2410.08847'),
  raisedWhen: 'rewards/chosen over the last 8 values is below 0 and below its first 8, while rewards/margins grew.',
  find,
};
