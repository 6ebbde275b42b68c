/** A list of named definitions that refuses duplicates: adding a thing is one file and one line here. */

export interface Named {
  readonly id: string;
}

export interface Registry<T extends Named> {
  /** Definitions in the order given. */
  readonly all: readonly T[];
  /** The definition of that id; throws an error that names the nearest known id. */
  get(id: string): T;
  has(id: string): boolean;
}

/** Builds a registry; throws when two definitions share an id. `kind` names the thing in error messages ("loss", "method"). */
export function registry<T extends Named>(kind: string, definitions: readonly T[]): Registry<T> {
  const byId = new Map<string, T>();
  for (const definition of definitions) {
    if (byId.has(definition.id)) throw new Error(`${kind} "${definition.id}" is registered twice`);
    byId.set(definition.id, definition);
  }
  return {
    all: definitions,
    has: (id) => byId.has(id),
    get(id) {
      const found = byId.get(id);
      if (found) return found;
      throw new RangeError(`unknown ${kind} "${id}"; did you mean "${nearest(id, [...byId.keys()])}"?`);
    },
  };
}

/** The candidate with the smallest edit distance to `word`. */
export function nearest(word: string, candidates: readonly string[]): string {
  let best = candidates[0] ?? '';
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance: insertions, deletions and substitutions cost 1. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, substitution));
    }
    previous = row;
  }
  return previous[b.length];
}
