/** Drawing by a hash with the seed: the same rows whatever their order, on every machine. */
import { z } from 'zod';
import { digest } from '../../store/digests.ts';
import { LARGEST_SEED } from './operation.ts';

export const seed = z
  .int()
  .min(0)
  .max(LARGEST_SEED)
  .default(42)
  .meta({ title: 'Seed', description: 'Same seed, same rows' });

/**
 * The first `count` of the keys in the order of the seed; all where there are fewer. Yields at every key, so that others may run: a million hashes
 * take seconds.
 */
export function* drawn<Key extends string | number>(
  keys: Iterable<Key>,
  seed: number,
  count: number,
): Generator<undefined, Set<Key>> {
  const ranked: { readonly key: Key; readonly rank: number }[] = [];
  for (const key of keys) {
    ranked.push({ key, rank: digest(`${seed}:${key}`) });
    yield;
  }
  const highest = Float64Array.from(ranked, ({ rank }) => rank).sort()[Math.min(count, ranked.length) - 1];
  const chosen = new Set<Key>();
  // ranks that are equal are taken in the order of the keys
  for (const { key, rank } of ranked) if (rank < highest) chosen.add(key);
  for (const { key, rank } of ranked) if (rank === highest && chosen.size < count) chosen.add(key);
  return chosen;
}
