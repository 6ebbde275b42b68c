/** Numbers all prompts of a world and deals them to the two splits, so that no seed can make the splits overlap. */
import { createRandom, type Random } from '../base/random.ts';
import type { Split } from './task.ts';

/** Every prompt has a number in [0, size); different numbers give different prompts. */
export interface PromptSpace {
  readonly size: number;
  at(index: number): string;
}

/** One prompt in this many is held out. */
const HELD_OUT_EVERY = 10;
/** Above this size a space is sampled, not listed. */
const LISTED_SIZE = 1_000_000;

/** The split of a prompt's number: fixed for ever, independent of any seed. */
export function splitOf(index: number): Split {
  let hash = (index ^ Math.floor(index / 2 ** 32)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return hash % HELD_OUT_EVERY === 0 ? 'held-out' : 'train';
}

/** `n` distinct prompts of a split in a seeded order; the first m of n are those of a call for m. */
export function drawPrompts(space: PromptSpace, split: Split, n: number, seed: number): string[] {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(`the number of prompts must be a whole number, found ${n}`);
  const random = createRandom(`prompts:${split}:${seed}`);
  const numbers =
    space.size <= LISTED_SIZE ? listed(space.size, split, n, random) : sampled(space.size, split, n, random);
  return numbers.map((index) => space.at(index));
}

/** Lists the split and draws without replacement (the first n steps of Fisher–Yates). */
function listed(size: number, split: Split, n: number, random: Random): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < size; i++) if (splitOf(i) === split) numbers.push(i);
  if (n > numbers.length) throw tooMany(split, n, numbers.length);
  for (let i = 0; i < n; i++) {
    const j = i + random.integer(numbers.length - i);
    [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
  }
  return numbers.slice(0, n);
}

/** Draws numbers until n different ones of the split are found. */
function sampled(size: number, split: Split, n: number, random: Random): number[] {
  const most = Math.floor(size / HELD_OUT_EVERY / 10);
  if (n > most) throw tooMany(split, n, most);
  const found = new Set<number>();
  while (found.size < n) {
    const index = random.integer(size);
    if (splitOf(index) === split) found.add(index);
  }
  return [...found];
}

const tooMany = (split: Split, n: number, most: number): RangeError =>
  new RangeError(`the ${split} split gives at most ${most} distinct prompts, ${n} were asked for`);

/** Digits of `index` in a mixed radix, last slot fastest: which choice each slot of a template takes. */
export function slotChoices(index: number, sizes: readonly number[]): number[] {
  const choices = new Array<number>(sizes.length);
  let rest = index;
  for (let i = sizes.length - 1; i >= 0; i--) {
    choices[i] = rest % sizes[i];
    rest = Math.floor(rest / sizes[i]);
  }
  return choices;
}

/** Product of the slots' sizes. */
export const countChoices = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);
