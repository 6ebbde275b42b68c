/** The world `tldr`: a post is to be summarised in one sentence, where every fact counts and every word costs. */
import type { Random } from '../base/random.ts';
import { countChoices, type PromptSpace, slotChoices } from './prompt-space.ts';
import { sentencesOf, wordsOf } from './sentences.ts';
import {
  type CompletionOptions,
  type Demonstration,
  drawQuality,
  type GoldPart,
  NO_END_PENALTY,
  PromptError,
  type Quality,
} from './task.ts';
import { worldTask } from './world.ts';

// ---- the facts of a post

const FACTS = ['person', 'verb', 'thing', 'feeling', 'ask', 'day'] as const;
type Fact = (typeof FACTS)[number];
type Post = Readonly<Record<Fact, string>> & {
  /** A person and a thing that are not what the post is about. */
  readonly distractor: { readonly person: string; readonly thing: string };
};

const list = (text: string): readonly string[] => text.split(' ');

const VALUES: Readonly<Record<Fact, readonly string[]>> = {
  person: list(
    'aunt boss brother coach cousin doctor friend grandfather landlord mother neighbour partner roommate sister teacher uncle',
  ),
  verb: list('borrowed broke burned dropped hid kept lost opened painted sold stole washed'),
  thing: list('bag bike book camera car coat drum guitar lamp laptop phone ring sofa tent umbrella watch'),
  feeling: list('afraid angry calm confused guilty happy jealous proud sad tired'),
  ask: list('apologise call complain forgive laugh leave move pay sue wait'),
  day: list('easter friday monday saturday sunday thursday tuesday wednesday'),
};

const FACT_OF: ReadonlyMap<string, Fact> = new Map(
  FACTS.flatMap((fact) => VALUES[fact].map((word) => [word, fact] as const)),
);

// ---- the prompt: four or five sentences in any order, tl;dr :

/** Each distractor sentence has a noise line that goes with it; half of the posts hold one. */
const DISTRACTORS = [
  'my PERSON also has a THING .',
  'my PERSON once bought a THING .',
  'my PERSON talks about a THING all the time .',
  'there was my PERSON with a THING too .',
] as const;
const NOISE = [
  'english is not my language .',
  'sorry for the long post .',
  'this is my first post here .',
  'i made a new account for this .',
] as const;
const PROMPT_END = 'tl;dr :';

/** The 24 orders of four sentences. */
const ORDERS: readonly (readonly number[])[] = permutations([0, 1, 2, 3]);

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}

const eventSentence = (p: Pick<Post, 'day' | 'person' | 'verb' | 'thing'>): string =>
  `on ${p.day} my ${p.person} ${p.verb} my ${p.thing} .`;
const feelingSentence = (feeling: string): string => `i feel so ${feeling} about it .`;
const askSentence = (ask: string): string => `should i ${ask} ?`;

const SLOTS = [
  ...FACTS.map((fact) => VALUES[fact].length),
  VALUES.person.length - 1,
  VALUES.thing.length - 1,
  ORDERS.length,
  DISTRACTORS.length,
  2,
];

const space: PromptSpace = {
  size: countChoices(SLOTS),
  at(index) {
    const [person, verb, thing, feeling, ask, day, otherPerson, otherThing, order, form, noisy] = slotChoices(
      index,
      SLOTS,
    );
    const event = {
      person: VALUES.person[person],
      verb: VALUES.verb[verb],
      thing: VALUES.thing[thing],
      day: VALUES.day[day],
    };
    const distractor = DISTRACTORS[form]
      .replace('PERSON', besides(VALUES.person, person, otherPerson))
      .replace('THING', besides(VALUES.thing, thing, otherThing));
    const core = [
      eventSentence(event),
      feelingSentence(VALUES.feeling[feeling]),
      askSentence(VALUES.ask[ask]),
      distractor,
    ];
    const sentences = ORDERS[order].map((i) => core[i]);
    if (noisy) sentences.splice(order % 5, 0, NOISE[form]);
    return [...sentences, PROMPT_END].join(' ');
  },
};

/** The i-th of the others. */
const besides = (words: readonly string[], taken: number, i: number): string => words[i < taken ? i : i + 1];

const oneOf = (words: readonly string[]): string => `(${words.join('|')})`;
const { person: PERSON, verb: VERB, thing: THING, day: DAY, feeling: FEELING, ask: ASK } = VALUES;
const EVENT_FORM = new RegExp(`^on ${oneOf(DAY)} my ${oneOf(PERSON)} ${oneOf(VERB)} my ${oneOf(THING)} \\.$`);
const FEELING_FORM = new RegExp(`^i feel so ${oneOf(FEELING)} about it \\.$`);
const ASK_FORM = new RegExp(`^should i ${oneOf(ASK)} \\?$`);
const DISTRACTOR_FORMS = DISTRACTORS.map(
  (form) => new RegExp(`^${form.replace('PERSON', oneOf(PERSON)).replace('THING', oneOf(THING)).replace('.', '\\.')}$`),
);

/** What a post says. */
function readPrompt(prompt: string): Post {
  const sentences = sentencesOf(prompt);
  const find = (...forms: RegExp[]): readonly string[] =>
    sentences.flatMap((sentence) => forms.map((form) => form.exec(sentence))).find((match) => match !== null) ?? [];
  const [, day, person, verb, thing] = find(EVENT_FORM);
  const [, feeling] = find(FEELING_FORM);
  const [, ask] = find(ASK_FORM);
  const [, otherPerson, otherThing] = find(...DISTRACTOR_FORMS);
  const known = sentences.length - 1 - sentences.filter((s) => (NOISE as readonly string[]).includes(s)).length;
  if (!day || !feeling || !ask || !otherPerson || known !== 4 || sentences.at(-1) !== PROMPT_END)
    throw new PromptError('tldr', prompt, 'an event, a feeling, a question and a second person, then "tl;dr :"');
  return { day, person, verb, thing, feeling, ask, distractor: { person: otherPerson, thing: otherThing } };
}

// ---- the summary: [fluff] my P V my O [and also my P V my O] [on T] [, i am F] (, should i A ? | .) [fluff]

const OPENINGS = ['well basically the thing is that', 'so to make a long story short'] as const;
const ENDINGS = [
  'anyway that is basically it .',
  'that is the long story basically .',
  'thanks for reading all of this .',
] as const;

const CLAUSE = `my ${oneOf(PERSON)} ${oneOf(VERB)} my ${oneOf(THING)}`;
const REST = `( on ${oneOf(DAY)})?( , i am ${oneOf(FEELING)})?( , should i ${oneOf(ASK)} \\?| \\.)`;
const GOOD_FORM = new RegExp(`^${CLAUSE}${REST}$`);
const ANY_FORM = new RegExp(`^${CLAUSE}( and also ${CLAUSE})?${REST}$`);

/** What is left after removing one fluff opening and one fluff ending. */
function withoutFluff(completion: string): string {
  let rest = wordsOf(completion).join(' ');
  const opening = OPENINGS.find((fluff) => rest.startsWith(`${fluff} `));
  if (opening) rest = rest.slice(opening.length + 1);
  const ending = ENDINGS.find((fluff) => rest.endsWith(` ${fluff}`));
  return ending ? rest.slice(0, -ending.length - 1) : rest;
}

// ---- the gold reward

const WEIGHTS: Readonly<Record<Fact, number>> = { person: 1, verb: 1, thing: 1, feeling: 0.75, ask: 0.75, day: 0.5 };
const POINTS = { repeated: -0.3, inForm: 0.5, outOfForm: -0.5, word: -0.1 } as const;

function goldParts(prompt: string, completion: string, { ended = true }: CompletionOptions = {}): GoldPart[] {
  const post = readPrompt(prompt);
  const words = wordsOf(completion);
  const parts: GoldPart[] = [];
  for (const fact of FACTS) parts.push(...factParts(post, fact, words));
  parts.push(
    GOOD_FORM.test(withoutFluff(completion))
      ? { reason: 'a summary in form', points: POINTS.inForm }
      : { reason: 'not in form', points: POINTS.outOfForm },
  );
  if (words.length > 0)
    parts.push({
      reason: `${words.length} word${words.length === 1 ? '' : 's'}`,
      points: words.length * POINTS.word,
    });
  if (!ended) parts.push({ reason: 'no end within the limit', points: NO_END_PENALTY });
  return parts;
}

/** The first mention decides; every later word of the same kind is a repetition, right or wrong. */
function factParts(post: Post, fact: Fact, words: readonly string[]): GoldPart[] {
  const mentions = words.filter((word) => FACT_OF.get(word) === fact);
  if (mentions.length === 0) return [];
  const right = mentions[0] === post[fact];
  const parts: GoldPart[] = [
    { reason: `${fact} ${right ? 'right' : 'wrong'}`, points: right ? WEIGHTS[fact] : -WEIGHTS[fact] },
  ];
  if (mentions.length > 1) parts.push({ reason: `${fact} repeated`, points: (mentions.length - 1) * POINTS.repeated });
  return parts;
}

function onGrammar(prompt: string, completion: string, { ended = true }: CompletionOptions = {}): boolean {
  readPrompt(prompt);
  return ended && ANY_FORM.test(withoutFluff(completion));
}

// ---- the demonstrations

/** How a writer of a quality writes: probabilities of what it does. */
interface Manner {
  readonly opening: number;
  readonly ending: number;
  /** That a clause is kept. */
  readonly keeps: Readonly<Record<'day' | 'feeling' | 'ask', number>>;
  /** That the distractor's person, and its thing, is taken for the right one. */
  readonly mistaken: number;
  /** That a value is wrong. */
  readonly wrong: number;
  /** That the event is told twice. */
  readonly twice: number;
}

const MANNERS: Readonly<Record<Quality, Manner>> = {
  good: { opening: 0, ending: 0, keeps: { day: 0.7, feeling: 1, ask: 1 }, mistaken: 0, wrong: 0, twice: 0 },
  medium: {
    opening: 0.4,
    ending: 0.4,
    keeps: { day: 0.45, feeling: 0.5, ask: 0.5 },
    mistaken: 0,
    wrong: 0,
    twice: 0,
  },
  bad: {
    opening: 0.6,
    ending: 0.6,
    keeps: { day: 0.5, feeling: 0.6, ask: 0.6 },
    mistaken: 0.5,
    wrong: 0.3,
    twice: 0.1,
  },
};

function demonstration(prompt: string, random: Random): Demonstration {
  const quality = drawQuality(random);
  return { completion: summary(readPrompt(prompt), MANNERS[quality], random), quality };
}

function summary(post: Post, manner: Manner, random: Random): string {
  const told = toldFacts(post, manner, random);
  const kept = (fact: 'day' | 'feeling' | 'ask'): boolean => random.bernoulli(manner.keeps[fact]);
  const clause = `my ${told.person} ${told.verb} my ${told.thing}`;
  const parts = [clause];
  if (random.bernoulli(manner.opening)) parts.unshift(random.choice(OPENINGS));
  if (random.bernoulli(manner.twice)) parts.push(`and also ${clause}`);
  if (kept('day')) parts.push(`on ${told.day}`);
  if (kept('feeling')) parts.push(`, i am ${told.feeling}`);
  parts.push(kept('ask') ? `, should i ${told.ask} ?` : '.');
  if (random.bernoulli(manner.ending)) parts.push(random.choice(ENDINGS));
  return parts.join(' ');
}

function toldFacts(post: Post, { mistaken, wrong }: Manner, random: Random): Readonly<Record<Fact, string>> {
  const told: Record<Fact, string> = { ...post };
  for (const fact of ['verb', 'day', 'feeling', 'ask'] as const)
    if (random.bernoulli(wrong)) told[fact] = random.choice(VALUES[fact].filter((value) => value !== post[fact]));
  if (random.bernoulli(mistaken)) told.person = post.distractor.person;
  if (random.bernoulli(mistaken)) told.thing = post.distractor.thing;
  return told;
}

export const tldr = worldTask({
  id: 'tldr',
  title: 'Summaries',
  summary: 'Posts about what somebody did, to be told in one short sentence with every fact right.',
  goldDescription: [
    'For each fact the first mention counts, right or wrong: person, verb and thing ±1, feeling and question ±0.75, day ±0.5. Another word of the same kind −0.3.',
    '+0.5 when what is left after one fluff opening and one fluff ending reads “my P V my O [on T] [, i am F] (, should i A ? | .)”, else −0.5.',
    '−0.1 a word. No end within the limit −1.5.',
  ].join(' '),
  maxCompletionTokens: 34,
  space,
  demonstration,
  goldParts,
  onGrammar,
  phrases: everyPhrase,
});

/** Texts that together hold every word of the world. */
function everyPhrase(): string[] {
  const forms = DISTRACTORS.map((form) => form.replace('PERSON', '').replace('THING', ''));
  const event = eventSentence({ day: 'easter', person: 'aunt', verb: 'broke', thing: 'bag' });
  const sentences = [event, feelingSentence('calm'), askSentence('pay'), PROMPT_END, 'i am , and also'];
  return [...FACT_OF.keys(), ...forms, ...NOISE, ...sentences, ...OPENINGS, ...ENDINGS];
}
