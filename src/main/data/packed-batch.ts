/** Rows of tokens without padding: every token once, a beginning that two rows share once for both. */
import { type ScoredPositions, scoredPositions, sharedPrefix, type TokenRow } from './batches.ts';

/** N tokens one after another, and the rows [size, length] that attention sees, as places of those tokens. */
export interface PackedBatch extends ScoredPositions {
  readonly size: number;
  readonly length: number;
  /** [N] */
  readonly ids: Int32Array;
  /** A token's place in its row, [N]. */
  readonly positions: Int32Array;
  /** Which token stands at each place, [size, length]; 0 beyond a row's end. */
  readonly places: Int32Array;
  /** A place of each token, [N]: that of the row whose output is used. */
  readonly back: Int32Array;
  /** A second place, where two rows share the token, [N]; else 0. */
  readonly other: Int32Array;
  /** 1 where there is a second place, [N]. */
  readonly shared: Float32Array;
  /** 1 at places that are some token's `back`, [size, length]. */
  readonly owned: Float32Array;
}

/** `partner(r)` names an earlier row with which row r shares its beginning, as far as their tokens are equal; a row is partner of one at most. */
export function packRows(rows: readonly TokenRow[], partner: (row: number) => number | undefined): PackedBatch {
  const length = Math.max(1, ...rows.map((row) => row.ids.length));
  const size = rows.length;
  const common = rows.map((row, r) => {
    const of = partner(r);
    return of === undefined ? 0 : sharedPrefix(rows[of].ids, row.ids);
  });
  const total = rows.reduce((sum, row, r) => sum + row.ids.length - common[r], 0);
  const packed = {
    ids: new Int32Array(total),
    positions: new Int32Array(total),
    places: new Int32Array(size * length),
    back: new Int32Array(total),
    other: new Int32Array(total),
    shared: new Float32Array(total),
    owned: new Float32Array(size * length),
  };
  let at = 0;
  rows.forEach((row, r) => {
    const first = (partner(r) ?? r) * length;
    row.ids.forEach((id, t) => {
      const place = r * length + t;
      if (t < common[r]) {
        const token = packed.places[first + t];
        packed.places[place] = token;
        packed.other[token] = place;
        packed.shared[token] = 1;
        return;
      }
      packed.ids[at] = id;
      packed.positions[at] = t;
      packed.places[place] = at;
      packed.back[at++] = place;
      packed.owned[place] = 1;
    });
  });
  return { size, length, ...packed, ...scoredPositions(rows, (r, t) => packed.places[r * length + t]) };
}
