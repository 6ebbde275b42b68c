/** The reference's log-probabilities of preference pairs: none, computed once, or computed as training goes (a reference that moves). */
import type { PairTokens } from '../data/batches.ts';
import type { LanguageModel } from '../engine/models/language-model.ts';
import { createScorer, type Scorer } from '../evaluate/scoring.ts';
import { type PairLogps, pairLogps } from './pair-graph.ts';
import type { PairOptions } from './pair-options.ts';

export interface PairReference {
  logps(pairs: readonly PairTokens[]): Promise<readonly PairLogps[]>;
  close(): Promise<void>;
}

interface ReferenceOptions {
  readonly options: PairOptions;
  readonly maxPositions: number;
  readonly threads?: number;
}

/** Every answer is equally likely: log-ratios are the policy's log-probabilities. */
export const noReference: PairReference = {
  logps: async (pairs) => pairs.map(() => ({ chosen: 0, rejected: 0 })),
  close: async () => undefined,
};

async function score(scorer: Scorer, pairs: readonly PairTokens[], options: PairOptions): Promise<PairLogps[]> {
  const found = await scorer.score(pairs.flatMap(({ chosen, rejected }) => [chosen.ids, rejected.ids]));
  return pairs.map((pair, i) => pairLogps(pair, found[2 * i], found[2 * i + 1], options));
}

/** Scores all pairs now, once; the model may train afterwards. */
export async function storedReference(
  model: LanguageModel,
  pairs: readonly PairTokens[],
  { options, ...scoring }: ReferenceOptions,
): Promise<PairReference> {
  const scorer = await createScorer(model, { weights: 'live', ...scoring });
  try {
    const logps = await score(scorer, pairs, options);
    const table = new Map(pairs.map((pair, i) => [pair, logps[i]]));
    const stored = (pair: PairTokens): PairLogps => {
      const found = table.get(pair);
      if (!found) throw new Error('a pair that the reference has not scored');
      return found;
    };
    return { logps: async (batch) => batch.map(stored), close: async () => undefined };
  } finally {
    await scorer.close();
  }
}

/** Scores pairs whenever asked, with the model's weights as they are then. */
export async function liveReference(
  model: LanguageModel,
  { options, ...scoring }: ReferenceOptions,
): Promise<PairReference> {
  const scorer = await createScorer(model, { weights: 'live', ...scoring });
  return { logps: (pairs) => score(scorer, pairs, options), close: () => scorer.close() };
}

/** TR-DPO (Gorbatovski et al., 2404.09656, soft update): reference ← α policy + (1 − α) reference, in place. */
export function moveReference(reference: LanguageModel, policy: LanguageModel, alpha: number): void {
  for (const [name, target] of reference.weights) {
    const source = policy.weights.get(name);
    if (!source) throw new Error(`the policy has no tensor "${name}" that the reference has`);
    for (let i = 0; i < target.length; i++) target[i] = (1 - alpha) * target[i] + alpha * source[i];
  }
}
