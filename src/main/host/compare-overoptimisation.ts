/** Gold reward against the distance from the reference for series of runs: their evaluations, and Gao's fit over all seeds. */
import type { OveroptimisedSeries } from '../../preload/contract/compare.ts';
import { SingularMatrix } from '../base/linear-algebra.ts';
import { fitOveroptimisation } from '../base/statistics-overoptimisation.ts';
import { keptColumns } from '../data/store/kept-columns.ts';
import type { Store } from '../data/store/store.ts';
import type { Series } from '../evaluate/runs/series.ts';
import { breathe } from './compare-runs.ts';

const KL = 'eval_objective/kl';
const GOLD = 'eval_objective/gold';
/** Three make a fit; with one more it is no longer exact by itself. */
const ENOUGH = 4;

type Point = OveroptimisedSeries['points'][number];

/** Evaluations of one run; gold above what it began with. */
function pointsOf(store: Store, id: string): Point[] {
  const columns = keptColumns(store, id, [KL, GOLD]);
  const [kl, gold] = [columns.get(KL), columns.get(GOLD)];
  if (!kl || !gold) return [];
  const golds = new Map(Array.from(gold.steps, (step, i) => [step, gold.values[i]] as const));
  const start = gold.values[0];
  return Array.from(kl.steps).flatMap((step, i) => {
    const [distance, reward] = [Math.sqrt(Math.max(0, kl.values[i])), golds.get(step)];
    return reward === undefined || !Number.isFinite(distance + reward)
      ? []
      : [{ step, distance, gold: reward - start }];
  });
}

function fitOf(points: readonly Point[]): OveroptimisedSeries['fit'] {
  const away = points.filter(({ distance }) => distance > 0);
  if (new Set(away.map(({ distance }) => distance)).size < ENOUGH) return null;
  try {
    const { alpha, beta, se, r2, peak } = fitOveroptimisation(
      'rl',
      away.map(({ distance }) => distance ** 2),
      away.map(({ gold }) => gold),
    );
    return {
      alpha,
      beta,
      alphaError: se[0],
      betaError: se[1],
      r2: Number.isFinite(r2) ? r2 : null,
      peak: peak?.d ?? null,
    };
  } catch (error) {
    if (error instanceof SingularMatrix) return null;
    throw error;
  }
}

/** Series whose evaluations have both KL and gold reward. */
export async function overoptimisedSeries(store: Store, series: readonly Series[]): Promise<OveroptimisedSeries[]> {
  const found: OveroptimisedSeries[] = [];
  for (const { key, members } of series) {
    // reading a run is dear: those that were never evaluated so are left
    const evaluated = members.filter(({ latest }) => KL in latest && GOLD in latest);
    if (evaluated.length === 0) continue;
    await breathe();
    const points = evaluated.flatMap(({ id }) => pointsOf(store, id));
    if (points.some(({ distance }) => distance > 0)) found.push({ series: key, points, fit: fitOf(points) });
  }
  return found;
}
