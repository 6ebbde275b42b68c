/** Central finite differences of a float32 function of tensors: the oracle that needs no other library. */
import { expect } from 'vitest';
import type { Tensor } from '../../../src/main/engine/graph/value.ts';

/** How far apart the two points are and how near the slope must be: float32 leaves about 1e-7·|L|/h of noise and h²·L‴/6 of bend. */
export interface Tolerance {
  readonly step: number;
  readonly absolute: number;
  readonly relative: number;
}

/** Entries of one tensor that are tried: the first and last ones, so that large tensors stay quick. */
const MAX_ENTRIES = 24;

function entries(length: number): number[] {
  const all = [...Array(length).keys()];
  return length <= MAX_ENTRIES ? all : [...all.slice(0, MAX_ENTRIES / 2), ...all.slice(-MAX_ENTRIES / 2)];
}

/**
 * Holds `gradient` (d loss / d x, x's shape) against (loss(x + h) − loss(x − h)) / 2h, entry by entry. `loss` reads `x.data` in place and must
 * sum in float64.
 */
export async function expectGradient(
  loss: () => Promise<number>,
  x: Tensor,
  gradient: Tensor,
  { step, absolute, relative }: Tolerance,
  what: string,
): Promise<void> {
  expect(gradient.shape, `${what}: shape of the gradient`).toEqual(x.shape);
  const data = x.data as Float32Array;
  for (const i of entries(data.length)) {
    const before = data[i];
    data[i] = before + step;
    const [up, above] = [data[i], await loss()];
    data[i] = before - step;
    const [down, below] = [data[i], await loss()];
    data[i] = before;
    const slope = (above - below) / (up - down);
    const found = Number(gradient.data[i]);
    expect(Math.abs(found - slope), `${what}[${i}]: slope ${slope}, gradient ${found}`).toBeLessThanOrEqual(
      absolute + relative * Math.abs(slope),
    );
  }
}
