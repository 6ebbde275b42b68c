/** Keeps one of rows that say the same. */
import { z } from 'zod';
import type { StoredPair } from '../../../../preload/contract/datasets.ts';
import { promptDigest, rowDigest } from '../../store/digests.ts';
import { findNearDuplicates } from '../near-duplicates.ts';
import { rowText } from '../shingles.ts';
import { type Dealt, defineOperation, nameOf, type RowSource } from './operation.ts';

const params = z.strictObject({
  by: z
    .enum(['row', 'prompt', 'near'])
    .default('row')
    .meta({ title: 'By' })
    .describe('row: equal texts and label; prompt: one row a prompt; near: alike by the runs of their words'),
  threshold: z
    .number()
    .min(0.5)
    .max(1)
    .default(0.85)
    .meta({ title: 'Similarity' })
    .describe('near: Jaccard similarity from which rows are alike'),
});

function* byDigest(source: RowSource, digestOf: (row: StoredPair) => number): Generator<Dealt> {
  const seen = new Set<number>();
  for (const row of source.rows()) {
    const before = seen.size;
    yield seen.add(digestOf(row)).size > before ? { row, part: 0 } : undefined;
  }
}

function* byLikeness(source: RowSource, threshold: number): Generator<Dealt> {
  const finder = findNearDuplicates(source.version.rows, threshold);
  for (const row of source.rows()) {
    finder.add(rowText(row));
    yield;
  }
  const { earlier } = yield* asDealt(finder.find((row) => rowText(source.rowAt(row))));
  for (const row of source.rows()) yield earlier[row.index] === -1 ? { row, part: 0 } : undefined;
}

/** Pauses of the search are moments to let others run. */
function* asDealt<T>(steps: Generator<void, T>): Generator<undefined, T> {
  return yield* steps as Generator<undefined, T>;
}

const WORDS = { row: 'each row once', prompt: 'the first row of each prompt' } as const;

export const dedupe = defineOperation({
  id: 'dedupe',
  title: 'Remove duplicates',
  summary: 'Keeps the first of rows that say the same.',
  several: false,
  params,
  plan([source], { by, threshold }) {
    const words = by === 'near' ? `the first of rows with a similarity of ${threshold} or more` : WORDS[by];
    return {
      parts: [{ words: `deduplicated from ${nameOf(source)}: ${words}`, suffix: '' }],
      passes: by === 'near' ? 2 : 1,
      deal: () =>
        by === 'near' ? byLikeness(source, threshold) : byDigest(source, by === 'row' ? rowDigest : promptDigest),
    };
  },
});
