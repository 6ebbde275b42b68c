/** What fresh answers look like, from their tokens alone: ends, length, repetition, and how far they are from every answer of the data. */
import { mean } from '../../base/statistics.ts';

/** Tokens in a row that count as a piece of text of their own. */
export const GRAM = 3;

function grams(ids: readonly number[]): string[] {
  return Array.from({ length: Math.max(0, ids.length - GRAM + 1) }, (_, i) => ids.slice(i, i + GRAM).join());
}

/** Share of an answer's trigrams that stood in it before (1 − distinct / all; Welleck et al., 1908.04319, rep-n); 0 for answers without one. */
export function repetition(ids: readonly number[]): number {
  const all = grams(ids);
  return all.length === 0 ? 0 : 1 - new Set(all).size / all.length;
}

/** Every trigram of tokens that some answer of the data holds. */
export function knownGrams(answers: Iterable<readonly number[]>): ReadonlySet<string> {
  const known = new Set<string>();
  for (const ids of answers) for (const gram of grams(ids)) known.add(gram);
  return known;
}

/** Share of an answer's trigrams that no answer of the data holds; 0 for answers without one. */
export function novelty(ids: readonly number[], known: ReadonlySet<string>): number {
  const all = grams(ids);
  return all.length === 0 ? 0 : all.filter((gram) => !known.has(gram)).length / all.length;
}

/** An answer most of whose trigrams are new is far from every answer of the data: with none of them does it share half of its text. */
const FAR = 0.5;

/** `ids` are an answer's tokens without its end token. */
export interface FreshAnswer {
  readonly ids: readonly number[];
  readonly ended: boolean;
}

/** Length in tokens, share that ends by itself, repetition. */
export const shapeOf = (answers: readonly FreshAnswer[]): Record<string, number> => ({
  'completions/mean_length': mean(answers.map(({ ids }) => ids.length)),
  'completions/ended': mean(answers.map(({ ended }) => (ended ? 1 : 0))),
  'completions/repetition': mean(answers.map(({ ids }) => repetition(ids))),
});

/** new_trigrams: mean share of text that the data has nowhere. far_samples: share of answers that are mostly such text. */
export function noveltyOf(answers: readonly FreshAnswer[], known: ReadonlySet<string>): Record<string, number> {
  const found = answers.map(({ ids }) => novelty(ids, known));
  return {
    'ood/new_trigrams': mean(found),
    'ood/far_samples': mean(found.map((share) => (share > FAR ? 1 : 0))),
  };
}
