/** How much of a minibatch's loss each answer token carries: systems and papers disagree, so it is a choice. */
import { type Named, registry } from '../../base/registry.ts';

export interface Aggregation extends Named {
  readonly title: string;
  /** Share of one token of an answer of `length` tokens. */
  share(length: number, batch: { readonly rows: number; readonly tokens: number; readonly maxLength: number }): number;
}

export const aggregations = registry<Aggregation>('loss_aggregation', [
  // every token alike: PPO's masked mean; DAPO (2503.14476, eq. 12) calls it token-level
  { id: 'token', title: 'Mean over tokens', share: (_, { tokens }) => 1 / tokens },
  // every answer alike, so a token of a long answer counts less: GRPO (2402.03300, eq. 3)
  { id: 'sequence', title: 'Mean over answers', share: (length, { rows }) => 1 / (rows * length) },
  // a constant denominator, so that length has no say: Dr. GRPO (2503.20783, section 3.2)
  { id: 'constant', title: 'By the length limit', share: (_, { rows, maxLength }) => 1 / (rows * maxLength) },
]);

/** The share of every token, [M], rows one after another. */
export function tokenShares(aggregation: string, lengths: readonly number[], maxLength: number): Float32Array {
  const { share } = aggregations.get(aggregation);
  const tokens = lengths.reduce((a, b) => a + b, 0);
  const batch = { rows: lengths.length, tokens, maxLength };
  const shares = new Float32Array(tokens);
  let at = 0;
  for (const length of lengths) {
    shares.fill(share(length, batch), at, at + length);
    at += length;
  }
  return shares;
}
