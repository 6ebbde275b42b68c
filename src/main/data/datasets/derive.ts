/** New versions from stored ones: filtered rows, and a split that keeps all rows of a prompt on one side. */
import { createHash } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { StoredPair } from '../../../preload/contract/datasets.ts';
import { DatasetError } from '../records.ts';
import { iteratePairs } from '../store/pairs.ts';
import { transaction, type WritableStore } from '../store/store.ts';
import type { FoundVersion } from './find.ts';
import { countRow, factsOf, newTally, promptDigest, rowDigest, type Tally } from './tally.ts';
import { startVersion, type VersionWriter } from './version-writer.ts';

/** A version that was made, and its facts. */
export interface DerivedVersion {
  readonly dataset: string;
  readonly datasetId: string;
  readonly version: number;
  readonly versionId: string;
  readonly rows: number;
  readonly prompts: number;
}

export interface DeriveOptions {
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

interface Part {
  readonly writer: VersionWriter;
  readonly tally: Tally;
}

const newPart = (store: WritableStore, name: string, { dataset }: FoundVersion, recipe: string): Part => ({
  writer: startVersion(store, { name, kind: dataset.kind, format: dataset.format, source: dataset.source, recipe }),
  tally: newTally(),
});

/** Hands each row of a version to the part that `choose` names; all parts become visible together or not at all. */
async function deal(
  store: WritableStore,
  from: FoundVersion,
  parts: readonly Part[],
  choose: (pair: StoredPair) => Part | undefined,
  options: DeriveOptions,
): Promise<DerivedVersion[]> {
  try {
    let seen = 0;
    for (const pair of iteratePairs(store, from.version.id)) {
      seen++;
      const part = choose(pair);
      if (part) countRow(pair, part.tally);
      if (!part?.writer.add([pair])) continue;
      options.onProgress?.(seen, from.version.rows);
      await othersTurn();
      options.signal?.throwIfAborted();
    }
    // another program may have removed the version meanwhile
    if (seen !== from.version.rows)
      throw new DatasetError(`the dataset "${from.dataset.name}" was removed while its rows were read`);
    const empty = parts.find(({ writer }) => writer.rows === 0);
    if (empty) throw new DatasetError(`no row of "${from.dataset.name}" is left for "${empty.writer.dataset.name}"`);
    for (const { writer } of parts) writer.flush();
    transaction(store, () => {
      for (const { writer, tally } of parts) writer.finish(factsOf(tally), null);
    });
    return parts.map(derivedOf);
  } catch (error) {
    for (const { writer } of parts) writer.discard();
    throw error;
  }
}

const derivedOf = ({ writer, tally }: Part): DerivedVersion => ({
  dataset: writer.dataset.name,
  datasetId: writer.dataset.id,
  version: writer.version.number,
  versionId: writer.version.id,
  rows: writer.rows,
  prompts: tally.prompts.size,
});

export interface Filter {
  /** "no ties", for the recipe. */
  readonly words: string;
  keep(pair: StoredPair): boolean;
}

const charsOf = (value: StoredPair['prompt'] | null): number =>
  value === null ? 0 : typeof value === 'string' ? value.length : value.reduce((n, m) => n + m.content.length, 0);

const answersOf = (pair: StoredPair) =>
  [pair.chosen, pair.rejected, pair.completion].filter((answer) => answer !== null);

const textOf = (value: StoredPair['prompt']): string =>
  typeof value === 'string' ? value : value.map((m) => m.content).join('\n');

/** What rows can be filtered by; each is one line, and the command line's options follow from it. */
export const filters = {
  noTies: (): Filter => ({ words: 'no ties', keep: (pair) => !pair.tie }),
  noDuplicates(): Filter {
    const seen = new Set<number>();
    return {
      words: 'each row once',
      keep(pair) {
        const key = rowDigest(pair);
        const isNew = !seen.has(key);
        seen.add(key);
        return isNew;
      },
    };
  },
  minMargin: (least: number): Filter => ({
    words: `margin at least ${least}`,
    keep: ({ margin }) => margin !== null && margin >= least,
  }),
  maxChars: (most: number): Filter => ({
    words: `prompt and answer at most ${most} characters`,
    keep: (pair) => answersOf(pair).every((answer) => charsOf(pair.prompt) + charsOf(answer) <= most),
  }),
  contains: (text: string): Filter => ({
    words: `containing ${JSON.stringify(text)}`,
    keep: (pair) => [pair.prompt, ...answersOf(pair)].some((value) => textOf(value).includes(text)),
  }),
  without: (text: string): Filter => ({
    words: `without ${JSON.stringify(text)}`,
    keep: (pair) => ![pair.prompt, ...answersOf(pair)].some((value) => textOf(value).includes(text)),
  }),
  annotator: (name: string): Filter => ({
    words: `by ${JSON.stringify(name)}`,
    keep: (pair) => pair.annotator === name,
  }),
  label: (label: boolean): Filter => ({ words: `label ${label}`, keep: (pair) => pair.label === label }),
  first(count: number): Filter {
    let kept = 0;
    return { words: `the first ${count}`, keep: () => kept++ < count };
  },
} as const;

/** The rows that pass all filters, as the next version of their dataset or of another one; throws DatasetError when none is left. */
export async function filterVersion(
  store: WritableStore,
  from: FoundVersion,
  chosen: readonly Filter[],
  options: DeriveOptions & { readonly name?: string } = {},
): Promise<DerivedVersion> {
  const { dataset, version } = from;
  const recipe = `filtered from ${dataset.name}@${version.number}: ${chosen.map((f) => f.words).join(', ')}`;
  const part = newPart(store, options.name ?? dataset.name, from, recipe);
  const keep = (pair: StoredPair) => (chosen.every((filter) => filter.keep(pair)) ? part : undefined);
  const [made] = await deal(store, from, [part], keep, options);
  return made;
}

/** What the two parts of a dataset are called unless told: what is learnt from, and what is held out. */
export const partNames = (dataset: string): readonly [string, string] => [`${dataset}-train`, `${dataset}-test`];

export interface SplitRequest {
  /** Share of the prompts that the second part gets; above 0, below 1. */
  readonly share: number;
  readonly seed: number;
  /** Names of the two parts. */
  readonly names: readonly [string, string];
}

/** Two datasets: rows with the same prompt stay together, or a model would be tested on prompts that it was trained on. Same seed, same split, whatever the order of the rows. */
export async function splitVersion(
  store: WritableStore,
  from: FoundVersion,
  { share, seed, names }: SplitRequest,
  options: DeriveOptions = {},
): Promise<DerivedVersion[]> {
  const { dataset, version } = from;
  if (names[0] === names[1]) throw new DatasetError(`both parts would be called "${names[0]}"`);
  const heldOut = drawPrompts(store, from, share, seed);
  const recipe = (part: string) => `${part} of ${dataset.name}@${version.number}, split by prompt with seed ${seed}`;
  const percent = Math.round(1000 * share) / 10;
  const first = newPart(store, names[0], from, recipe(`the other ${Math.round(10 * (100 - percent)) / 10}%`));
  const parts = [first, secondPart(store, first, names[1], from, recipe(`${percent}%`))];
  return deal(store, from, parts, (pair) => parts[heldOut.has(promptDigest(pair)) ? 1 : 0], options);
}

/** A second name that cannot be used must not leave the first part behind. */
function secondPart(store: WritableStore, first: Part, name: string, from: FoundVersion, recipe: string): Part {
  try {
    return newPart(store, name, from, recipe);
  } catch (error) {
    first.writer.discard();
    throw error;
  }
}

/** That share of the distinct prompts (at least one, and not all), in the order of a hash with the seed. */
function drawPrompts(
  store: WritableStore,
  { dataset, version }: FoundVersion,
  share: number,
  seed: number,
): Set<number> {
  const prompts = new Set<number>();
  for (const pair of iteratePairs(store, version.id)) prompts.add(promptDigest(pair));
  if (prompts.size < 2)
    throw new DatasetError(`"${dataset.name}" has ${prompts.size} distinct prompt; a split needs at least two`);
  const rankOf = (prompt: number) => createHash('sha256').update(`${seed}:${prompt}`).digest('hex');
  const drawn = [...prompts]
    .map((prompt) => ({ prompt, rank: rankOf(prompt) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const count = Math.min(prompts.size - 1, Math.max(1, Math.round(share * prompts.size)));
  return new Set(drawn.slice(0, count).map(({ prompt }) => prompt));
}
