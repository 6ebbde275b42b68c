/** Seeded random numbers whose state can be saved: the same seed gives the same stream on every machine. */

/** xoshiro128** (Blackman & Vigna, 1805.01407), seeded by splitmix32: 32 bits a call, four words of state, as fast as Math.random. */
export interface Random {
  /** In [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal (Box–Muller, both values used). */
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

export const createRandom = (seed: number | string): Random =>
  restoreRandom({ words: seedWords(String(seed)), spare: null });

export function restoreRandom(state: RandomState): Random {
  const s = Uint32Array.from(state.words);
  if (s.length !== 4) throw new Error(`a random state has 4 words, found ${state.words.length}`);
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
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
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

/** Four well-mixed words from any text (FNV-1a, then splitmix32). */
function seedWords(text: string): number[] {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Array.from({ length: 4 }, () => {
    hash = (hash + 0x9e3779b9) | 0;
    let z = hash;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  });
}
