/** N made-up preference pairs as JSONL: what the import is measured with. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { createRandom, type Random } from '../base/random.ts';

const SUBJECTS = ['the kettle', 'a garden path', 'my bicycle', 'an old map', 'the harbour', 'a wool coat', 'the clock'];
const WISHES = ['repair', 'describe', 'compare', 'draw', 'sell', 'measure', 'paint', 'move'];
const FACTS = [
  'takes an hour',
  'needs two people',
  'costs little',
  'is safe when dry',
  'works best in spring',
  'lasts',
];

export interface SyntheticPair {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}

const sentence = (random: Random): string => `It ${random.choice(FACTS)} and ${random.choice(FACTS)}.`;

function answer(random: Random, opening: string): string {
  const sentences = Array.from({ length: 1 + random.integer(4) }, () => sentence(random));
  return [opening, ...sentences].join(' ');
}

/** Pairs of about 350 characters; the row's number makes each of them distinct. */
export function* syntheticPairs(count: number, seed = 1): Generator<SyntheticPair> {
  const random = createRandom(seed);
  for (let i = 0; i < count; i++) {
    const [wish, subject] = [random.choice(WISHES), random.choice(SUBJECTS)];
    yield {
      prompt: `Question ${i}: how do I ${wish} ${subject}? Please tell me what to keep in mind.`,
      chosen: answer(random, `To ${wish} ${subject}, begin slowly.`),
      rejected: answer(random, 'That is hard to say.'),
    };
  }
}

export function writeSyntheticPairs(path: string, count: number, seed = 1): void {
  const file = openSync(path, 'w');
  try {
    let lines: string[] = [];
    const flush = () => {
      writeSync(file, lines.join(''));
      lines = [];
    };
    for (const pair of syntheticPairs(count, seed)) {
      lines.push(`${JSON.stringify(pair)}\n`);
      if (lines.length === 2000) flush();
    }
    flush();
  } finally {
    closeSync(file);
  }
}
