/** The world `tldr`: its quoted answers, its reward rule by rule, and its distribution. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/main/base/random.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { PromptError } from '../../src/main/tasks/task.ts';
import { manyDemonstrations, mixtureOf, qualityOf, strangersOf } from './demonstrations.ts';

const tldr = tasks.get('tldr');
const POST =
  'my neighbour once bought a watch . on friday my mother kept my laptop . english is not my language . i feel so happy about it . should i wait ? tl;dr :';
const FULL = 'my mother kept my laptop on friday , i am happy , should i wait ?';

describe('gold reward', () => {
  it.each([
    // the answers that the description of this world quotes
    ['everything right', FULL, 3.9],
    [
      'long and wrong',
      'so to make a long story short my neighbour stole my watch , i am happy . that is the long story basically .',
      -4.15,
    ],
    // one rule each
    ['the day left out', 'my mother kept my laptop , i am happy , should i wait ?', 3.6],
    ['the event alone', 'my mother kept my laptop .', 2.9],
    ['a wrong day', 'my mother kept my laptop on monday , i am happy , should i wait ?', 2.9],
    ['a wrong feeling', 'my mother kept my laptop on friday , i am sad , should i wait ?', 2.4],
    ['a wrong question', 'my mother kept my laptop on friday , i am happy , should i pay ?', 2.4],
    ['fluff around it', `well basically the thing is that ${FULL} thanks for reading all of this .`, 2.6],
    ['two openings: out of form', `so to make a long story short well basically the thing is that ${FULL}`, 1.6],
    ['told twice', 'my mother kept my laptop and also my mother kept my laptop .', 0.3],
    ['a bag of words', 'mother kept laptop friday happy wait', 3.9],
    ['facts in another order, out of form', 'my laptop kept my mother .', 1.9],
    ['the first mention decides', 'my neighbour kept my laptop my mother', -0.5],
    ['nothing', '', -0.5],
  ])('%s', (_name, completion, gold) => {
    expect(tldr.gold(POST, completion)).toBe(gold);
  });

  it('takes 1.5 from an answer without an end', () => {
    expect(tldr.gold(POST, FULL, { ended: false })).toBe(2.4);
    expect(tldr.onGrammar(POST, FULL, { ended: false })).toBe(false);
  });

  it('says why', () => {
    expect(tldr.goldParts(POST, 'my uncle kept my mother')).toEqual([
      { reason: 'person wrong', points: -1 },
      { reason: 'person repeated', points: -0.3 },
      { reason: 'verb right', points: 1 },
      { reason: 'not in form', points: -0.5 },
      { reason: '5 words', points: -0.5 },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['a sentence lost', POST.replace('should i wait ? ', '')],
    ['a sentence twice', `should i wait ? ${POST}`],
    ['no end', POST.replace(' tl;dr :', '')],
    ['a foreign person', POST.replace('mother', 'unicorn')],
  ])('refuses a foreign prompt: %s', (_name, prompt) => {
    expect(() => tldr.gold(prompt, FULL)).toThrow(PromptError);
  });
});

describe('demonstrations', () => {
  const shown = manyDemonstrations(tldr);
  it.each([
    ['good', 0.25, 3.81],
    ['medium', 0.45, 2.85],
    ['bad', 0.3, -0.84],
  ] as const)('%s: share %f, mean gold near %f', (quality, share, gold) => {
    const found = qualityOf(shown, quality);
    expect(Math.abs(found.share - share)).toBeLessThan(0.015);
    expect(Math.abs(found.gold - gold)).toBeLessThan(0.1);
  });
  it('the mixture has mean near 1.93, sd near 2.28, and falls with length', () => {
    const found = mixtureOf(shown);
    expect(Math.abs(found.mean - 1.93)).toBeLessThan(0.1);
    expect(Math.abs(found.deviation - 2.28)).toBeLessThan(0.1);
    expect(Math.abs(found.lengthCorrelation + 0.46)).toBeLessThan(0.05);
    expect([found.shortest, found.longest]).toEqual([6, 37]);
  });
  it('are all on grammar and use only words of the world', () => {
    expect(strangersOf(tldr, shown)).toEqual({ strange: [], unknown: [] });
  });
  it('none is above the ceiling; full good ones reach it', () => {
    expect(Math.max(...shown.map((d) => d.gold))).toBe(3.9);
  });
  it('has the vocabulary of 126 words, and posts of 28 to 38 words', () => {
    expect(tldr.words()).toHaveLength(126);
    const lengths = shown.map((d) => d.prompt.split(' ').length);
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([28, 38]);
  });
  it('depend on the seed alone', () => {
    const of = (seed: number) => tldr.prompts('train', 50, 1).map((p) => tldr.demonstration(p, createRandom(seed)));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});

describe('off grammar', () => {
  it.each([
    ['a word lost', 'my mother kept laptop .'],
    ['cut off', 'my mother kept my'],
    ['told three times', `${'my mother kept my laptop and also '.repeat(2)}my mother kept my laptop .`],
    ['a clause in the wrong place', 'my mother kept my laptop , i am happy on friday .'],
    ['empty', ''],
  ])('%s', (_name, completion) => {
    expect(tldr.onGrammar(POST, completion)).toBe(false);
  });
});
