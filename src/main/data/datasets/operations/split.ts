/** Deals prompts to two parts: rows with the same prompt stay together, or a model would be tested on prompts that it was trained on. */
import { z } from 'zod';
import type { StoredPair } from '../../../../preload/contract/datasets.ts';
import { DatasetError } from '../../records.ts';
import { promptDigest } from '../../store/digests.ts';
import { charsOf } from '../../store/pair-texts.ts';
import { drawn, seed } from './drawing.ts';
import { type Dealt, defineOperation, nameOf, type RowSource } from './operation.ts';

const params = z.strictObject({
  share: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.1)
    .meta({ title: 'Share' })
    .describe('Share of the prompts that the second part gets'),
  seed,
  stratify: z
    .string()
    .regex(
      /^(none|annotator|label|tie|length|metadata\..+)$/,
      'none, annotator, label, tie, length or metadata.KEY was expected',
    )
    .default('none')
    .meta({ title: 'Stratify' })
    .describe('Both parts get the same mix of: annotator, label, tie, length (quarters) or metadata.KEY'),
});
type Params = z.output<typeof params>;

/** Longest answer. */
const lengthOf = (row: StoredPair): number =>
  Math.max(...[row.chosen, row.rejected, row.completion].map((text) => (text === null ? 0 : charsOf(text))));

/** What a prompt is dealt by; its first row says so. Lengths become quarters afterwards. */
function stratumOf(row: StoredPair, stratify: string): string | number {
  switch (stratify) {
    case 'none':
      return '';
    case 'annotator':
      return row.annotator ?? '';
    case 'label':
      return String(row.label);
    case 'tie':
      return String(row.tie);
    case 'length':
      return lengthOf(row);
    default:
      return JSON.stringify(row.metadata[stratify.slice('metadata.'.length)]) ?? '';
  }
}

/** The quarter of all lengths that each falls into. */
function quarters(strata: Map<number, string | number>): void {
  const rising = Float64Array.from(strata.values(), Number).sort();
  const edges = [1, 2, 3].map((quarter) => rising[Math.floor((quarter * rising.length) / 4)]);
  for (const [prompt, length] of strata) strata.set(prompt, edges.filter((edge) => Number(length) >= edge).length);
}

/**
 * The prompts that are held out: of each stratum the share, rounded so that the whole comes out right (largest remainder); at least one prompt in
 * all, and not all of them.
 */
function* drawPrompts(
  strata: ReadonlyMap<number, string | number>,
  { share, seed: from }: Params,
): Generator<undefined, Set<number>> {
  const members = new Map<string | number, number[]>();
  for (const [prompt, stratum] of strata) {
    const list = members.get(stratum) ?? [];
    members.set(stratum, list);
    list.push(prompt);
  }
  const wanted = Math.min(strata.size - 1, Math.max(1, Math.round(share * strata.size)));
  const ordered = [...members].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const quotas = ordered.map(([, prompts]) => ({ prompts, exact: (wanted * prompts.length) / strata.size }));
  const whole = quotas.reduce((sum, { exact }) => sum + Math.floor(exact), 0);
  const byRemainder = quotas.toSorted((a, b) => (b.exact % 1) - (a.exact % 1));
  const extra = new Set(byRemainder.slice(0, wanted - whole));
  const held = new Set<number>();
  for (const quota of quotas)
    for (const prompt of yield* drawn(quota.prompts, from, Math.floor(quota.exact) + (extra.has(quota) ? 1 : 0)))
      held.add(prompt);
  return held;
}

function* dealt(source: RowSource, given: Params): Generator<Dealt> {
  const strata = new Map<number, string | number>();
  for (const row of source.rows()) {
    const prompt = promptDigest(row);
    if (!strata.has(prompt)) strata.set(prompt, stratumOf(row, given.stratify));
    yield;
  }
  if (strata.size < 2)
    throw new DatasetError(`"${source.dataset.name}" has ${strata.size} distinct prompt; a split needs at least two`);
  if (given.stratify === 'length') quarters(strata);
  const held = yield* drawPrompts(strata, given);
  for (const row of source.rows()) yield { row, part: held.has(promptDigest(row)) ? 1 : 0 };
}

export const split = defineOperation({
  id: 'split',
  title: 'Split',
  summary: 'Deals prompts to two datasets, one to train on and one held out: no prompt is in both.',
  several: false,
  params,
  plan([source], given) {
    const percent = Math.round(1000 * given.share) / 10;
    const by = given.stratify === 'none' ? '' : `, stratified by ${given.stratify}`;
    const words = (part: string) => `${part} of ${nameOf(source)}, split by prompt with seed ${given.seed}${by}`;
    return {
      parts: [
        { words: words(`the other ${Math.round(10 * (100 - percent)) / 10}%`), suffix: '-train' },
        { words: words(`${percent}%`), suffix: '-test' },
      ],
      passes: 2,
      deal: () => dealt(source, given),
    };
  },
});
