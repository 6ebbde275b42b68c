/** What differs between two versions: rows that came, that went, and that say something else now. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { RowDifference, VersionDifference } from '../../../preload/contract/dataset-versions.ts';
import type { StoredPair } from '../../../preload/contract/datasets.ts';
import { plainText } from '../store/pair-texts.ts';
import { iteratePairs, pairsAt } from '../store/pairs.ts';
import type { Store } from '../store/store.ts';
import type { DeriveOptions } from './derive.ts';
import { referenceOf } from './derive.ts';
import type { FoundVersion } from './find.ts';
import { contentDigest } from './version-writer.ts';

export interface DiffOptions extends DeriveOptions {
  /** Differences that are listed; all are counted. */
  readonly limit?: number;
}

const LISTED = 200;
const TURN = 500;
const PROMPT_CHARS = 160;

/** Lets others run now and then. */
function createPulse({ signal, onProgress }: DiffOptions, total: number): () => Promise<void> {
  let done = 0;
  return async () => {
    if (++done % TURN !== 0) return;
    onProgress?.(Math.min(done, total), total);
    await othersTurn();
    signal?.throwIfAborted();
  };
}

async function digestsOf(store: Store, { version }: FoundVersion, pulse: () => Promise<void>): Promise<Float64Array> {
  const digests = new Float64Array(version.rows);
  for (const row of iteratePairs(store, version.id)) {
    digests[row.index] = contentDigest(row);
    await pulse();
  }
  return digests;
}

const countsOf = (digests: Float64Array): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const digest of digests) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  return counts;
};

/** Rows without an equal one on the other side, each equal one used once. */
function without(digests: Float64Array, others: Float64Array): number[] {
  const left = countsOf(others);
  const rows: number[] = [];
  digests.forEach((digest, row) => {
    const count = left.get(digest) ?? 0;
    if (count === 0) rows.push(row);
    else left.set(digest, count - 1);
  });
  return rows;
}

/** What makes two rows the same case though they say different things: the texts in whatever order, else where the row came from. */
const KEYS: readonly ((row: StoredPair) => string | null)[] = [
  ({ prompt, chosen, rejected, completion }) =>
    JSON.stringify([prompt, [chosen, rejected, completion].map((text) => JSON.stringify(text)).sort()]),
  ({ provenance: { file, line, row } }) => (line === null && row === null ? null : JSON.stringify([file, line, row])),
];

const FIELDS = [
  'prompt',
  'chosen',
  'rejected',
  'completion',
  'label',
  'tie',
  'margin',
  'scoreChosen',
  'scoreRejected',
  'annotator',
  'metadata',
] as const satisfies readonly (keyof StoredPair)[];

const changedFields = (a: StoredPair, b: StoredPair): string[] =>
  FIELDS.filter((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]));

type Couple = readonly [before: number, after: number];

/** Finds the rows of one list again in the other, by key, in their order; what is left of both. */
async function couple(
  store: Store,
  versions: readonly [FoundVersion, FoundVersion],
  [before, after]: readonly [number[], number[]],
  keyOf: (row: StoredPair) => string | null,
  pulse: () => Promise<void>,
): Promise<{ couples: Couple[]; left: [number[], number[]] }> {
  const waiting = new Map<string, number[]>();
  const unmatched = new Set(before);
  for (const row of pairsAt(store, versions[0].version.id, before)) {
    const key = keyOf(row);
    if (key !== null) {
      const list = waiting.get(key) ?? [];
      waiting.set(key, list);
      list.push(row.index);
    }
    await pulse();
  }
  for (const list of waiting.values()) list.reverse();
  const couples: Couple[] = [];
  const left: number[] = [];
  for (const row of pairsAt(store, versions[1].version.id, after)) {
    const key = keyOf(row);
    const found = key === null ? undefined : waiting.get(key)?.pop();
    if (found === undefined) left.push(row.index);
    else {
      couples.push([found, row.index]);
      unmatched.delete(found);
    }
    await pulse();
  }
  return { couples, left: [[...unmatched], left] };
}

/** Rows are compared by all they say; where they came from and their order do not count. */
export async function diffVersions(
  store: Store,
  before: FoundVersion,
  after: FoundVersion,
  options: DiffOptions = {},
): Promise<VersionDifference> {
  const pulse = createPulse(options, before.version.rows + after.version.rows);
  const [old, now] = [await digestsOf(store, before, pulse), await digestsOf(store, after, pulse)];
  let left: [number[], number[]] = [without(old, now), without(now, old)];
  const couples: Couple[] = [];
  for (const keyOf of KEYS) {
    const found = await couple(store, [before, after], left, keyOf, pulse);
    couples.push(...found.couples);
    left = found.left;
  }
  const [removed, added] = left;
  const all: (readonly [number | null, number | null])[] = [
    ...couples,
    ...removed.map((row) => [row, null] as const),
    ...added.map((row) => [null, row] as const),
  ];
  all.sort((a, b) => (a[1] ?? a[0] ?? 0) - (b[1] ?? b[0] ?? 0));
  return {
    before: referenceOf(before),
    after: referenceOf(after),
    same: before.version.rows - removed.length - couples.length,
    added: added.length,
    removed: removed.length,
    changed: couples.length,
    rows: all.slice(0, options.limit ?? LISTED).flatMap((each) => describe(store, before, after, each) ?? []),
  };
}

function describe(
  store: Store,
  before: FoundVersion,
  after: FoundVersion,
  [was, is]: readonly [number | null, number | null],
): RowDifference | undefined {
  const [old] = was === null ? [] : pairsAt(store, before.version.id, [was]);
  const [now] = is === null ? [] : pairsAt(store, after.version.id, [is]);
  const shown = now ?? old;
  if (!shown) return undefined;
  return {
    kind: old && now ? 'changed' : now ? 'added' : 'removed',
    before: was,
    after: is,
    fields: old && now ? changedFields(old, now) : [],
    prompt: plainText(shown.prompt).replaceAll(/\s+/g, ' ').trim().slice(0, PROMPT_CHARS).toWellFormed(),
  };
}
