/** Over-optimisation: the reward that is learnt from still rises, gold has turned (Gao et al., 2210.10760). */
import type { CurveBook, Value } from '../../../../charts/curve-book.ts';
import { fixed, whole } from '../../../../charts/numbers.ts';
import { arxiv, holdCloser, lowerRate } from './remedy.ts';
import type { Rule } from './rule.ts';

/** Evaluations after the best one: a single low one is noise. */
const LATER = 2;
/** Share of what was gained until then that is lost again. */
const LOST = 0.1;

const evaluations = (book: CurveBook, metric: string): readonly Value[] => book.find(metric, true)?.values() ?? [];

function find(book: CurveBook): ReturnType<Rule['find']> {
  const gold = evaluations(book, 'objective/gold');
  const proxy = evaluations(book, 'objective/scores');
  if (gold.length <= LATER + 1) return null;
  const best = gold.reduce((most, each) => (each.value > most.value ? each : most));
  const [start, last] = [gold[0], gold[gold.length - 1]];
  const after = gold.filter(({ step }) => step > best.step);
  const atBest = proxy.find(({ step }) => step === best.step);
  const now = proxy.at(-1);
  if (after.length < LATER || !atBest || !now || now.value <= atBest.value) return null;
  if (best.value - last.value <= LOST * Math.max(best.value - start.value, Number.EPSILON)) return null;
  return {
    title: `The proxy reward still rises, the gold score has fallen since step ${whole(best.step)}.`,
    text: `Gold went from ${fixed(best.value, 2)} to ${fixed(last.value, 2)} while objective/scores rose from ${fixed(atBest.value, 2)} to ${fixed(now.value, 2)}. What is learnt now is how to please the reward model. Take an earlier checkpoint, or raise β or the KL coefficient.`,
    step: best.step,
  };
}

export const overOptimisation: Rule = {
  kind: 'over-optimisation',
  remedies: [
    { to: 'checkpoint' },
    holdCloser,
    lowerRate,
    { to: 'curve', metrics: ['objective/gold', 'objective/scores'] },
  ],
  paper: arxiv('Gao et al., Scaling laws for reward model overoptimization', '2210.10760'),
  raisedWhen:
    'the best eval_objective/gold is two evaluations old or more, a tenth of its gain is lost again, and eval_objective/scores is higher than then.',
  find,
};
