/** The world `enumerable`: prompts whose whole response space, 2 801 sequences, can be listed, so that every method has an exact answer to be held against. */
import type { Random } from '../base/random.ts';
import { countChoices, drawPrompts, type PromptSpace, slotChoices } from './prompt-space.ts';
import { wordsOf } from './sentences.ts';
import {
  type CompletionOptions,
  type Demonstration,
  type GoldPart,
  NO_END_PENALTY,
  PromptError,
  type Task,
  totalGold,
} from './task.ts';

/** In rising order: "the largest symbol" is the last of them. */
export const SYMBOLS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;
/** A response of so many symbols ends by itself. */
export const MAX_SYMBOLS = 4;
const PROMPT_SYMBOLS = 5;
const PROMPT_END = ':';

const SLOTS = Array.from({ length: PROMPT_SYMBOLS }, () => SYMBOLS.length);

const textOf = (symbols: readonly number[]): string => symbols.map((symbol) => SYMBOLS[symbol]).join(' ');

const space: PromptSpace = {
  size: countChoices(SLOTS),
  at: (index) => `${textOf(slotChoices(index, SLOTS))} ${PROMPT_END}`,
};

/** Numbers of the symbols; undefined when a word is none. */
function readSymbols(words: readonly string[]): number[] | undefined {
  const symbols = words.map((word) => (SYMBOLS as readonly string[]).indexOf(word));
  return symbols.includes(-1) ? undefined : symbols;
}

function readPrompt(prompt: string): readonly number[] {
  const words = wordsOf(prompt);
  const asked = readSymbols(words.slice(0, -1));
  if (!asked || asked.length !== PROMPT_SYMBOLS || words.at(-1) !== PROMPT_END)
    throw new PromptError('enumerable', prompt, `${PROMPT_SYMBOLS} symbols of ${SYMBOLS.join(' ')}, then ":"`);
  return asked;
}

/** Every response in the order of rising length, then of the symbols: the order of every list of numbers about them. */
export const RESPONSES: readonly (readonly number[])[] = listResponses();

function listResponses(): number[][] {
  const levels: number[][][] = [[[]]];
  for (let length = 1; length <= MAX_SYMBOLS; length++)
    levels.push(levels[length - 1].flatMap((prefix) => SYMBOLS.map((_, symbol) => [...prefix, symbol])));
  return levels.flat();
}

export const responseText = (response: readonly number[]): string => textOf(response);

/** What the gold reward gives for each property of a response. */
export const POINTS = {
  firstRight: 1,
  secondRight: 1,
  hasLargest: 0.75,
  lastRight: 0.5,
  repeated: -0.5,
  fourth: -0.25,
  empty: -1,
  notASymbol: -1,
} as const;
export type Points = Readonly<Record<keyof typeof POINTS, number>>;

function partsOf(asked: readonly number[], response: readonly number[], given: Points = POINTS): GoldPart[] {
  if (response.length === 0) return [{ reason: 'empty', points: given.empty }];
  const parts: GoldPart[] = [];
  const when = (holds: boolean, reason: string, points: number) => holds && parts.push({ reason, points });
  when(response[0] === asked[0], 'first symbol right', given.firstRight);
  when(response[1] === asked[1], 'second symbol right', given.secondRight);
  when(response.includes(Math.max(...asked)), 'has the largest symbol', given.hasLargest);
  when(response.at(-1) === asked.at(-1), 'last symbol right', given.lastRight);
  const repeats = response.filter((symbol, i) => i > 0 && symbol === response[i - 1]).length;
  when(repeats > 0, 'immediate repeat', repeats * given.repeated);
  when(response.length === MAX_SYMBOLS, 'a fourth symbol', given.fourth);
  return parts;
}

function goldParts(prompt: string, completion: string, { ended = true }: CompletionOptions = {}): GoldPart[] {
  const asked = readPrompt(prompt);
  const words = wordsOf(completion).slice(0, MAX_SYMBOLS);
  const response = readSymbols(words);
  if (!response) return [{ reason: 'not a symbol', points: POINTS.notASymbol }];
  const parts = partsOf(asked, response);
  if (!ended && response.length < MAX_SYMBOLS)
    parts.push({ reason: 'no end within the limit', points: NO_END_PENALTY });
  return parts;
}

/** Reward of every response to a prompt, in the order of `RESPONSES`: the gold one, unless other points are given. */
export function responseRewards(prompt: string, points: Points = POINTS): Float64Array {
  const asked = readPrompt(prompt);
  return Float64Array.from(RESPONSES, (response) => totalGold(partsOf(asked, response, points)));
}

/** A response with the highest gold: one of the few that hold the first, second, largest and last asked symbol in this order. */
export function bestResponse(asked: readonly number[]): readonly number[] {
  const wanted = [asked[0], asked[1], Math.max(...asked), asked[asked.length - 1]];
  let best: readonly number[] = [];
  let bestGold = Number.NEGATIVE_INFINITY;
  for (let kept = 1; kept < 1 << wanted.length; kept++) {
    const response = wanted.filter((_, i) => kept & (1 << i));
    const gold = totalGold(partsOf(asked, response));
    if (gold <= bestGold) continue;
    best = response;
    bestGold = gold;
  }
  return best;
}

const SHARES = { right: 0.25, half: 0.35 } as const;

/** 25% a best response, 35% one in which each symbol is right by half, 40% random ones of 0 to 4 symbols. */
function demonstration(prompt: string, random: Random): Demonstration {
  const best = bestResponse(readPrompt(prompt));
  const anySymbol = () => random.integer(SYMBOLS.length);
  const at = random.uniform();
  if (at < SHARES.right) return { completion: textOf(best), quality: 'good' };
  if (at < SHARES.right + SHARES.half)
    return {
      completion: textOf(best.map((symbol) => (random.bernoulli(0.5) ? symbol : anySymbol()))),
      quality: 'medium',
    };
  return { completion: textOf(Array.from({ length: random.integer(MAX_SYMBOLS + 1) }, anySymbol)), quality: 'bad' };
}

export const enumerable: Task = {
  id: 'enumerable',
  title: 'Enumerable answers',
  summary: `Answers of at most ${MAX_SYMBOLS} of ${SYMBOLS.length} symbols: all ${RESPONSES.length} can be listed, and the best policy is known exactly.`,
  goldDescription: [
    'Asked q1 … q5, answered y: +1 if y1 = q1, +1 if y2 = q2, +0.75 if y holds the largest symbol of q, +0.5 if its last symbol is q5.',
    'Immediate repeat −0.5, a fourth symbol −0.25, empty −1, another word −1.',
    'No end within the limit −1.5, unless there are four symbols: then it ends by itself.',
  ].join(' '),
  maxCompletionTokens: MAX_SYMBOLS + 1,
  distinctPrompts: space.size,
  prompts: (split, n, seed) => drawPrompts(space, split, n, seed),
  demonstration,
  gold: (prompt, completion, options) => totalGold(goldParts(prompt, completion, options)),
  goldParts,
  onGrammar(prompt, completion, { ended = true } = {}) {
    readPrompt(prompt);
    const words = wordsOf(completion);
    return readSymbols(words) !== undefined && words.length <= MAX_SYMBOLS && (ended || words.length === MAX_SYMBOLS);
  },
  words: () => [PROMPT_END, ...SYMBOLS],
};
