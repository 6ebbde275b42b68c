/** Small dense systems in float64, as statistics need them: symmetric positive definite, a handful of unknowns. */

/** Thrown when a matrix has no inverse: a parameter that the data say nothing about. */
export class SingularMatrix extends Error {
  readonly code = 'singular_matrix';
}

/** Inverse by Gauss–Jordan with partial pivoting. Throws SingularMatrix. */
export function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
  const scale = Math.max(...matrix.flat().map(Math.abs), 0);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i;
    if (!(Math.abs(rows[pivot][column]) > 1e-13 * scale))
      throw new SingularMatrix('the data do not determine every parameter');
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    const head = rows[column][column];
    rows[column] = rows[column].map((value) => value / head);
    for (let i = 0; i < n; i++) {
      const factor = rows[i][column];
      if (i !== column && factor !== 0) rows[i] = rows[i].map((value, j) => value - factor * rows[column][j]);
    }
  }
  return rows.map((row) => row.slice(n));
}

/** Matrix times vector. */
export const multiply = (matrix: readonly (readonly number[])[], vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((total, value, j) => total + value * vector[j], 0));

/** What a Newton step needs at a point: the value to be made small, its gradient and its Hessian. */
export interface Quadratic {
  readonly value: number;
  readonly gradient: readonly number[];
  readonly hessian: readonly (readonly number[])[];
}

/** Most steps and largest gradient at the end. */
const NEWTON = { steps: 200, gradient: 1e-10 };

/**
 * The minimum of a smooth convex function by damped Newton steps. Throws SingularMatrix when it does not come to rest: then the minimum lies at
 * infinity.
 */
export function minimise(
  at: (x: readonly number[]) => Quadratic,
  start: readonly number[],
): { x: number[] } & Quadratic {
  let x = [...start];
  let here = at(x);
  for (let step = 0; step < NEWTON.steps; step++) {
    if (here.gradient.every((g) => Math.abs(g) < NEWTON.gradient)) return { x, ...here };
    const direction = multiply(inverse(here.hessian), here.gradient);
    let length = 1;
    let next = x;
    let there = here;
    for (; length > 1e-10; length /= 2) {
      next = x.map((value, i) => value - length * direction[i]);
      there = at(next);
      if (there.value <= here.value) break;
    }
    // rounding alone keeps the value from falling further
    if (length <= 1e-10 || next.every((value, i) => value === x[i])) return { x, ...here };
    x = next;
    here = there;
  }
  throw new SingularMatrix('the fit does not come to rest: its optimum lies at infinity');
}
