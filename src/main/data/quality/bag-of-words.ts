/**
 * A Bradley–Terry model that only counts words: P(chosen) = σ(w · (counts of chosen − counts of rejected)), trained by AdaGrad on the negative
 * log-likelihood with an L2 penalty, accuracy by cross-validation over prompts. What it can tell, a model need not read for.
 */
import { createRandom } from '../../base/random.ts';

/** Words share this many weights by their hash. */
const WEIGHTS = 1 << 18;
const EPOCHS = 6;
const RATE = 0.1;
const PENALTY = 1e-4;

/** Differences of word counts: only words whose counts differ. */
export interface WordDifference {
  readonly words: Uint32Array;
  readonly counts: Float32Array;
  /** Pairs with the same prompt stand in the same fold. */
  readonly prompt: number;
}

const WORD = /[\p{L}\p{N}]+/gu;

function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) & (WEIGHTS - 1);
}

export function wordDifference(chosen: string, rejected: string, prompt: number): WordDifference {
  const counts = new Map<number, number>();
  const count = (text: string, by: number) => {
    for (const word of text.toLowerCase().match(WORD) ?? []) {
      const place = hashWord(word);
      counts.set(place, (counts.get(place) ?? 0) + by);
    }
  };
  count(chosen, 1);
  count(rejected, -1);
  const differing = [...counts].filter(([, difference]) => difference !== 0);
  return {
    words: Uint32Array.from(differing, ([word]) => word),
    counts: Float32Array.from(differing, ([, difference]) => difference),
    prompt,
  };
}

const scoreOf = (weights: Float32Array, { words, counts }: WordDifference): number => {
  let score = 0;
  for (let i = 0; i < words.length; i++) score += weights[words[i]] * counts[i];
  return score;
};

function* trained(pairs: readonly WordDifference[], seed: string): Generator<void, Float32Array> {
  const weights = new Float32Array(WEIGHTS);
  const squares = new Float32Array(WEIGHTS).fill(1e-8);
  const random = createRandom(seed);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const order = random.shuffle(pairs);
    for (let at = 0; at < order.length; at++) {
      const { words, counts } = order[at];
      // d/dw of −ln σ(s): −(1 − σ(s)) · counts
      const slope = -1 / (1 + Math.exp(scoreOf(weights, order[at])));
      for (let i = 0; i < words.length; i++) {
        const word = words[i];
        const gradient = slope * counts[i] + PENALTY * weights[word];
        squares[word] += gradient * gradient;
        weights[word] -= (RATE * gradient) / Math.sqrt(squares[word]);
      }
      if (at % 1000 === 999) yield;
    }
    yield;
  }
  return weights;
}

export interface HeldOutOutcomes {
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

/** Models that have each learnt from all prompts but those of their fold. */
export interface CrossFit {
  readonly outcomes: HeldOutOutcomes;
  /** How sure the words are, from 0 to 1, that the rejected answer of a pair is the better one; by a model that has not seen its prompt. */
  doubt(pair: WordDifference): number;
}

/** Fewer prompts than folds: as many folds as prompts. */
export function* crossFit(pairs: readonly WordDifference[], folds = 5): Generator<void, CrossFit> {
  const prompts = createRandom('folds').shuffle([...new Set(pairs.map(({ prompt }) => prompt))]);
  const used = Math.min(folds, prompts.length);
  const foldOf = new Map(prompts.map((prompt, i) => [prompt, i % used]));
  const outcomes = { wins: 0, ties: 0, losses: 0 };
  const models: Float32Array[] = [];
  const margins: number[] = [];
  for (let fold = 0; fold < used; fold++) {
    const isHeld = ({ prompt }: WordDifference) => foldOf.get(prompt) === fold;
    const weights = yield* trained(
      pairs.filter((pair) => !isHeld(pair)),
      `bag of words ${fold}`,
    );
    models.push(weights);
    for (const pair of pairs.filter(isHeld)) {
      const score = scoreOf(weights, pair);
      outcomes[score > 0 ? 'wins' : score < 0 ? 'losses' : 'ties']++;
      margins.push(score);
    }
  }
  const slope = calibratedSlope(margins);
  return {
    outcomes,
    // what no fold has learnt from, any may judge: the same one for a prompt
    doubt: (pair) => logistic(-slope * scoreOf(models[foldOf.get(pair.prompt) ?? pair.prompt % used], pair)),
  };
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** The slope a ≥ 0 with the greatest Σ ln σ(a · margin) (Platt 1999, without an offset: a pair has no sides); concave, by bisection of its slope. */
export function calibratedSlope(margins: readonly number[]): number {
  const rise = (a: number) => margins.reduce((sum, margin) => sum + margin * logistic(-a * margin), 0);
  let [low, high] = [0, 64];
  if (rise(low) <= 0) return 0;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (rise(middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}
