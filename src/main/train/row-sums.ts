/** Sums over the scored tokens of each row, inside a graph: a matrix of 0s and 1s says which position belongs to which row. */
import { sum } from '../base/statistics.ts';
import type { TokenRow } from '../data/batches.ts';
import type { GraphBuilder } from '../engine/graph/builder.ts';
import type { Tensor, Value } from '../engine/graph/value.ts';
import { float32 } from '../engine/runtime/session.ts';

/** `membership` [R, M] times a number per token [M] → [R]. */
export const sumByRow = (g: GraphBuilder, membership: Value, perToken: Value): Value =>
  g.squeeze(g.matmul(membership, g.unsqueeze(perToken, [1])), [1]);

/** [rows, M]: 1 where position m belongs to row `first` + r of a padded batch with these offsets. */
export function membershipFeed(offsets: Int32Array, first: number, rows: number): Tensor {
  const columns = offsets[offsets.length - 1];
  const data = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) data.fill(1, r * columns + offsets[first + r], r * columns + offsets[first + r + 1]);
  return float32([rows, columns], data);
}

/** Where a row's scored tokens begin among its next-token log-probabilities (entry t belongs to token t + 1). */
export const firstScored = ({ start }: TokenRow): number => Math.max(0, start - 1);

/** Σ ln π of a row's scored tokens. */
export const scoredSum = (row: TokenRow, logps: ArrayLike<number>): number => sum(logps, firstScored(row));
