/** A list of named definitions that refuses duplicates: adding a thing is one file and one line here. */

export interface Named {
  readonly id: string;
}

export interface Registry<T extends Named> {
  /** Definitions in the order given. */
  readonly all: readonly T[];
  /** The definition of that id; throws an error that names a known id like it, or all of them. */
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
      throw new RangeError(`unknown ${kind} "${id}"${meant(id, [...byId.keys()])}`);
    },
  };
}

/** Where none is alike, this many are listed. */
const MOST_LISTED = 12;

/** `; did you mean "…"?` where a candidate is alike, else nothing: for texts that list the candidates themselves. */
export function alike(word: string, candidates: readonly string[], quote = '"'): string {
  const best = candidates.find((candidate) => isBegun(word, candidate)) ?? nearest(word, candidates);
  return isBegun(word, best) || isSpelledLike(word, best) ? `; did you mean ${quote}${best}${quote}?` : '';
}

/** As `alike`; where none is, the candidates, if they are few. */
export function meant(word: string, candidates: readonly string[], quote = '"'): string {
  const hint = alike(word, candidates, quote);
  if (hint !== '' || candidates.length === 0 || candidates.length > MOST_LISTED) return hint;
  return `; known: ${candidates.join(', ')}`;
}

const plain = (text: string): string => text.toLowerCase().replace(/^--/, '');

/** One of the two begins the other, by three letters or more. */
function isBegun(word: string, candidate: string): boolean {
  const [a, b] = [plain(word), plain(candidate)];
  return Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
}

/** One in three letters may be wrong. */
function isSpelledLike(word: string, candidate: string): boolean {
  const [a, b] = [plain(word), plain(candidate)];
  return a !== '' && b !== '' && editDistance(a, b) <= Math.max(1, Math.floor(Math.max(a.length, b.length) / 3));
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

/** Edit distance: insertions, deletions, substitutions and swaps of two neighbours cost 1 (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, substitution));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length];
}
