/** The header of a table without types: how many columns it may name, and none twice. */
import { faultAt } from './dataset-error.ts';

/** More columns than any dataset has; each is looked up in every row. */
const MAX_COLUMNS = 10_000;

export function checkHeader(path: string, line: number, names: readonly string[]): void {
  if (names.length > MAX_COLUMNS) throw faultAt(path, line, `${names.length} columns; at most ${MAX_COLUMNS}`);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw faultAt(path, line, `the header has "${name}" twice`, name);
    seen.add(name);
  }
}
