/** The world `helpful`: its quoted answers, its reward rule by rule, its distribution and its splits. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/main/base/random.ts';
import { mean, standardDeviation } from '../../src/main/base/statistics.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { PromptError, pairText, type Quality } from '../../src/main/tasks/task.ts';

const helpful = tasks.get('helpful');
const BRIEF = 'hello . i work as a cook . at which time is a ferret active ? be brief . answer :';
const PLAIN = 'hello . i work as a cook . at which time is a ferret active ? answer :';
const DETAIL = 'hello . i work as a cook . at which time is a ferret active ? explain in detail . answer :';
const FOOD = 'hey . i work as a pilot . what does a llama eat ? answer :';

describe('gold reward', () => {
  it.each([
    // the three answers that the description of this world quotes
    ['right and friendly', BRIEF, 'sure ! a ferret is active at noon .', 2.5],
    ['deaf to the style', BRIEF, 'sure ! a ferret is active at noon . a ferret is striped . hope that helps .', 0.8],
    ['answers another question', FOOD, 'a llama is active at noon .', -1.15],
    // ceilings by style
    ['ceiling without a wish', PLAIN, 'sure ! a ferret is active at noon . hope that helps .', 2.75],
    [
      'ceiling in detail',
      DETAIL,
      'sure ! a ferret is active at noon . a ferret is white . a ferret likes to eat mice . have a nice day .',
      3.55,
    ],
    // one rule each
    ['wrong', BRIEF, 'a ferret is active at night .', -1.5],
    ['first statement decides', PLAIN, 'a ferret is active at night . a ferret is active at noon .', -1.5],
    ['a second, wrong statement', PLAIN, 'a ferret is active at noon . a ferret is active at night .', 1.25],
    ['wrong animal', BRIEF, 'a llama is active at noon .', -2],
    ['repeated', PLAIN, 'a ferret is active at noon . a ferret is active at noon .', 1.5],
    ['rude', PLAIN, 'what a silly question . a ferret is active at noon .', 1],
    ['evasive', BRIEF, 'i do not know .', -1.5],
    ['misplaced opener and closer', PLAIN, 'hope that helps . a ferret is active at noon . sure !', 1.5],
    ['chat costs only its words', PLAIN, 'a ferret is active at noon . i like to talk about animals .', 2],
    ['unparsable', PLAIN, 'a ferret is active at noon . a ferret noon noon', 1.25],
    ['nothing', PLAIN, '', -2.2],
  ])('%s', (_name, prompt, completion, gold) => {
    expect(helpful.gold(prompt, completion)).toBe(gold);
  });

  it('takes 1.5 from an answer without an end', () => {
    const completion = 'sure ! a ferret is active at noon .';
    expect(helpful.gold(BRIEF, completion, { ended: false })).toBe(1);
    expect(helpful.onGrammar(BRIEF, completion, { ended: false })).toBe(false);
  });

  it('says why', () => {
    expect(helpful.goldParts(FOOD, 'a llama is active at noon .')).toEqual([
      { reason: 'asked fact absent', points: -1 },
      { reason: '1 word too few', points: -0.15 },
    ]);
  });

  it.each([
    'why is the sky blue ?',
    '',
    `${PLAIN} again`,
    'hey . i work as a pilot . what does a unicorn eat ? answer :',
  ])('refuses the foreign prompt "%s"', (prompt) => {
    expect(() => helpful.gold(prompt, 'sure !')).toThrow(PromptError);
  });
});

describe('demonstrations', () => {
  const prompts = helpful.prompts('train', 20_000, 5);
  const random = createRandom('demonstrations');
  const shown = prompts.map((prompt) => {
    const { completion, quality } = helpful.demonstration(prompt, random);
    return { prompt, completion, quality, gold: helpful.gold(prompt, completion) };
  });

  it.each([
    ['good', 0.25, 2.95],
    ['medium', 0.45, 1.29],
    ['bad', 0.3, -1.34],
  ] as const)('%s: share %f, mean gold near %f', (quality: Quality, share, gold) => {
    const own = shown.filter((d) => d.quality === quality);
    expect(Math.abs(own.length / shown.length - share)).toBeLessThan(0.015);
    expect(Math.abs(mean(own.map((d) => d.gold)) - gold)).toBeLessThan(0.08);
  });

  it('the mixture has mean near 0.94, sd near 2.14 and hardly any correlation with length', () => {
    const golds = shown.map((d) => d.gold);
    const lengths = shown.map((d) => d.completion.split(' ').length);
    expect(Math.abs(mean(golds) - 0.94)).toBeLessThan(0.08);
    expect(Math.abs(standardDeviation(golds) - 2.14)).toBeLessThan(0.12);
    const centred = golds.map((g, i) => (g - mean(golds)) * (lengths[i] - mean(lengths)));
    const correlation = mean(centred) / standardDeviation(golds) / standardDeviation(lengths);
    expect(Math.abs(correlation)).toBeLessThan(0.1);
    expect(Math.max(...lengths)).toBeLessThan(helpful.maxCompletionTokens);
  });

  it('are all on grammar and use only words of the world', () => {
    const words = new Set(helpful.words());
    const strange = shown.filter(({ prompt, completion }) => !helpful.onGrammar(prompt, completion));
    const unknown = shown
      .flatMap((d) => pairText(d.prompt, d.completion).split(' '))
      .filter((word) => !words.has(word));
    expect([strange, unknown]).toEqual([[], []]);
  });

  it('good ones reach their style’s ceiling', () => {
    const golds = new Set(shown.filter((d) => d.quality === 'good').map((d) => d.gold));
    expect([...golds].sort()).toEqual([2.5, 2.75, 3.55]);
  });

  it('depend on the seed alone', () => {
    const of = (seed: number) => prompts.slice(0, 50).map((p) => helpful.demonstration(p, createRandom(seed)));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});

describe('off grammar', () => {
  it.each([
    ['repeated', 'a ferret is active at noon . a ferret is active at noon .'],
    ['cut off', 'a ferret is active at'],
    ['a word lost', 'course ! a ferret is active at noon .'],
    ['a value of the wrong kind', 'a ferret is active at red .'],
    ['empty', ''],
  ])('%s', (_name, completion) => {
    expect(helpful.onGrammar(PLAIN, completion)).toBe(false);
  });
});
