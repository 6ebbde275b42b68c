/** Proxy and gold reward against the distance from the reference, with Gao's fit once there are points enough (2210.10760, eq. 1). */
import { SingularMatrix } from '../../base/linear-algebra.ts';
import { fitOveroptimisation, type OveroptimisationFit } from '../../base/statistics-overoptimisation.ts';

/** One evaluation: KL in nats an answer, mean rewards. */
export interface RewardPoint {
  readonly kl: number;
  readonly proxy: number;
  readonly gold: number;
}

/** Three distances above 0 make a fit; with one more it is no longer exact by itself. */
const ENOUGH = 4;

/** `points` in the order of the run; the first is the reference's own. */
export function overoptimisation(points: readonly RewardPoint[]): Record<string, number> {
  const [start] = points;
  const last = points[points.length - 1];
  const fit = fitOf(points);
  return {
    'overoptimisation/sqrt_kl': Math.sqrt(Math.max(0, last.kl)),
    'overoptimisation/proxy_gain': last.proxy - start.proxy,
    'overoptimisation/gold_gain': last.gold - start.gold,
    ...(fit ? { 'overoptimisation/alpha': fit.alpha, 'overoptimisation/beta': fit.beta } : {}),
    ...(fit?.peak ? { 'overoptimisation/peak_sqrt_kl': fit.peak.d } : {}),
  };
}

function fitOf(points: readonly RewardPoint[]): OveroptimisationFit | undefined {
  const away = points.slice(1).filter(({ kl }) => kl > 0);
  if (new Set(away.map(({ kl }) => kl)).size < ENOUGH) return undefined;
  try {
    return fitOveroptimisation(
      'rl',
      away.map(({ kl }) => kl),
      away.map(({ gold }) => gold - points[0].gold),
    );
  } catch (error) {
    if (error instanceof SingularMatrix) return undefined;
    throw error;
  }
}
