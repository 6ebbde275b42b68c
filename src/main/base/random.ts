/** Seeded random numbers whose state can be saved: the same seed gives the same stream on every machine. */

/** xoshiro128** (Blackman & Vigna, 1805.01407), seeded from text: 32 bits a call, four words of state, as fast as Math.random. */
export interface Random {
  /** In [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal (Marsaglia's polar method, both values used: only log and sqrt, so every machine draws the same). */
  normal(): number;
  /** Whole number in [0, n). */
  integer(n: number): number;
  bernoulli(probability: number): boolean;
  choice<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent stream for a named purpose; does not advance this one. */
  fork(label: string): Random;
  state(): RandomState;
}

export interface RandomState {
  readonly words: readonly number[];
  readonly spare: number | null;
}

/** Thrown for a saved state that no generator can have had, e.g. from a damaged checkpoint. */
export class RandomStateError extends Error {
  readonly code = 'random-state';
}

/** The stream of a seed; equal seeds (7 and '7' too) give equal streams. */
export const createRandom = (seed: number | string): Random =>
  restoreRandom({ words: seedWords(String(seed)), spare: null });

/** Continues where `state()` was taken. Throws RandomStateError unless the state is four 32-bit words, not all zero. */
export function restoreRandom(state: RandomState): Random {
  checkState(state);
  const s = Uint32Array.from(state.words);
  let spare = state.spare;
  const next = (): number => {
    const scrambled = Math.imul(s[1], 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result >>> 0;
  };
  const uniform = (): number => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
  const integer = (n: number): number => Math.floor(uniform() * n);
  return {
    uniform,
    integer,
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      let x = 0;
      let y = 0;
      let square = 0;
      do {
        x = 2 * uniform() - 1;
        y = 2 * uniform() - 1;
        square = x * x + y * y;
      } while (square >= 1 || square === 0);
      const radius = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * radius;
      return x * radius;
    },
    bernoulli: (probability) => uniform() < probability,
    choice(items) {
      if (items.length === 0) throw new Error('choice from an empty list');
      return items[integer(items.length)];
    },
    shuffle(items) {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [copy[i], copy[j]] = [copy[j], copy[i]];
      }
      return copy;
    },
    fork: (label) => createRandom(`${Array.from(s).join('.')}:${label}`),
    state: () => ({ words: Array.from(s), spare }),
  };
}

function checkState({ words, spare }: RandomState): void {
  const whole = words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32);
  if (words.length !== 4 || !whole || words.every((word) => word === 0))
    throw new RandomStateError(
      `a random state needs four whole numbers below 2^32, not all 0; found [${words.slice(0, 8).join(', ')}]`,
    );
  if (spare !== null && !Number.isFinite(spare))
    throw new RandomStateError(`a random state's spare must be a finite number or null; found ${spare}`);
}

/** Odd multipliers, one a lane: lanes must not be images of each other, or 128 bits of state would hold 32 bits of seed. */
const LANES = [0x01000193, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

/** Four well-mixed words from any text: each lane hashes all of it, then lanes are stirred into one another. */
function seedWords(text: string): number[] {
  const words = LANES.map((multiplier) => {
    let hash = 0x811c9dc5 ^ text.length;
    for (let i = 0; i < text.length; i++) hash = scramble(Math.imul(hash ^ text.charCodeAt(i), multiplier));
    return hash;
  });
  for (let round = 0; round < 8; round++) {
    const previous = words[(round + 3) % 4];
    words[round % 4] = scramble((words[round % 4] + previous + 0x9e3779b9) | 0);
  }
  return words.every((word) => word === 0) ? [1, 2, 3, 4] : words.map((word) => word >>> 0);
}

/** A bijection of 32 bits that spreads every bit over all others. */
function scramble(word: number): number {
  let z = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
