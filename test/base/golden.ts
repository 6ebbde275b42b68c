/** Reads the cases of one kind from test/golden/numerics/stats.json. */
import { readFileSync } from 'node:fs';

/** Each kind has its own fields: a test names those it reads, and a missing one fails its comparison. */
// biome-ignore lint/suspicious/noExplicitAny: the file's fields differ by kind
type Fields = Record<string, any>;

export interface Case {
  readonly name: string;
  readonly kind: string;
  readonly params: Fields;
  readonly inputs: Fields;
  readonly expected: Fields;
}

const { cases } = JSON.parse(readFileSync(new URL('../golden/numerics/stats.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

/** [name, case] rows for `it.each`; throws when the kind is not in the file. */
export function casesOf(kind: string): (readonly [string, Case])[] {
  const found = cases.filter((c) => c.kind === kind).map((c) => [c.name, c] as const);
  if (found.length === 0) throw new Error(`stats.json has no case of kind "${kind}"`);
  return found;
}
