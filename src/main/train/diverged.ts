/** Training that has left the numbers: said at once, before weights that still mean something are overwritten by ones that do not. */

/** Thrown instead of an optimiser step whose gradient is not finite; the weights are those before the step. */
export class Diverged extends Error {
  readonly code = 'diverged';
  constructor(what: string) {
    super(what);
    this.name = 'Diverged';
  }
}

/** Whether every weight of these models is a finite number. */
export const allFinite = (models: readonly { readonly weights: ReadonlyMap<string, Float32Array> }[]): boolean =>
  models.every(({ weights }) => [...weights.values()].every((data) => data.every(Number.isFinite)));
