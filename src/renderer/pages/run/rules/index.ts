/** Rules that warn of a run: one file each, one line here; the most severe first. */
import type { CurveBook } from '../../../../charts/curve-book.ts';
import { collapse } from './collapse.ts';
import { displacement } from './displacement.ts';
import { divergence } from './divergence.ts';
import { gradientSpike } from './gradient-spike.ts';
import { klRunaway } from './kl-runaway.ts';
import { lengthDrift } from './length-drift.ts';
import { missingEnd } from './missing-end.ts';
import { overOptimisation } from './over-optimisation.ts';
import type { Rule, Warning } from './rule.ts';

export const RULES: readonly Rule[] = [
  divergence,
  displacement,
  collapse,
  overOptimisation,
  klRunaway,
  missingEnd,
  lengthDrift,
  gradientSpike,
];

/** What the curves warn of, with when each of it is raised. */
export const warningsOf = (book: CurveBook): readonly (Warning & Pick<Rule, 'raisedWhen' | 'remedies' | 'paper'>)[] =>
  RULES.flatMap(({ kind, raisedWhen, remedies, paper, find }) => {
    const found = find(book);
    return found ? [{ kind, raisedWhen, remedies, paper, ...found }] : [];
  });
