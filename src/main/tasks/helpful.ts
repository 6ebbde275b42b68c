/** The world `helpful`: questions about animals, where the right fact, the right tone and the right length count. */
import type { Random } from '../base/random.ts';
import {
  ANIMALS,
  ATTRIBUTES,
  type Attribute,
  FACTS,
  type Facts,
  factSentence,
  isTrue,
  readFact,
  type StatedFact,
  VALUES,
} from './helpful-facts.ts';
import { countChoices, type PromptSpace, slotChoices } from './prompt-space.ts';
import { countRepeats, sentencesOf, wordsOf } from './sentences.ts';
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

// ---- the prompt: GREETING PERSONA QUESTION [STYLE] answer :

const GREETINGS = ['hello .', 'hi there .', 'good morning .', 'good evening .', 'hey .', 'excuse me .'];
const PERSONAS =
  'baker cook doctor farmer gardener hunter miner nurse painter pilot sailor singer student tailor teacher writer';
const PERSONA_SENTENCES = PERSONAS.split(' ').map((persona) => `i work as a ${persona} .`);
const QUESTIONS: Readonly<Record<Attribute, readonly [string, string]>> = {
  food: ['what does a ANIMAL eat ?', 'which food does a ANIMAL like ?'],
  home: ['where does a ANIMAL live ?', 'in which place does a ANIMAL live ?'],
  colour: ['what colour is a ANIMAL ?', 'which colour does a ANIMAL have ?'],
  time: ['when is a ANIMAL active ?', 'at which time is a ANIMAL active ?'],
};

interface Style {
  readonly wish: string;
  /** Fewest words that cost nothing. */
  readonly fewest: number;
  /** Most words that cost nothing. */
  readonly most: number;
  /** How many other true facts are welcome. */
  readonly welcomeFacts: number;
}
const STYLES: readonly Style[] = [
  { wish: 'be brief .', fewest: 4, most: 10, welcomeFacts: 0 },
  { wish: '', fewest: 8, most: 16, welcomeFacts: 0 },
  { wish: 'explain in detail .', fewest: 16, most: 27, welcomeFacts: 2 },
];
const PROMPT_END = 'answer :';

const SLOTS = [GREETINGS.length, PERSONA_SENTENCES.length, ANIMALS.length, ATTRIBUTES.length, 2, STYLES.length];

const space: PromptSpace = {
  size: countChoices(SLOTS),
  at(index) {
    const [greeting, persona, animal, attribute, phrasing, style] = slotChoices(index, SLOTS);
    const question = QUESTIONS[ATTRIBUTES[attribute]][phrasing].replace('ANIMAL', ANIMALS[animal]);
    return [GREETINGS[greeting], PERSONA_SENTENCES[persona], question, STYLES[style].wish, PROMPT_END]
      .filter((part) => part !== '')
      .join(' ');
  },
};

interface Question {
  readonly animal: string;
  readonly attribute: Attribute;
  readonly facts: Facts;
  readonly style: Style;
}

const QUESTION_OF: ReadonlyMap<string, Pick<Question, 'animal' | 'attribute'>> = new Map(
  ANIMALS.flatMap((animal) =>
    ATTRIBUTES.flatMap((attribute) =>
      QUESTIONS[attribute].map((form) => [form.replace('ANIMAL', animal), { animal, attribute }] as const),
    ),
  ),
);

/** What a prompt asks and in which style. */
function readPrompt(prompt: string): Question {
  const sentences = sentencesOf(prompt);
  const asked = QUESTION_OF.get(sentences[2] ?? '');
  const facts = asked && FACTS.get(asked.animal);
  const wish = sentences.length === 5 ? sentences[3] : '';
  const style = STYLES.find((s) => s.wish === wish);
  if (!asked || !facts || !style || sentences.at(-1) !== PROMPT_END)
    throw new PromptError(
      'helpful',
      prompt,
      'greeting, persona, a question about an animal, perhaps a style, "answer :"',
    );
  return { ...asked, facts, style };
}

// ---- the answer: sentences of known kinds

const PHRASES = {
  opener: ['sure !', 'of course !', 'glad to help !'],
  closer: ['hope that helps .', 'have a nice day .'],
  rude: ['what a silly question .', 'look it up .'],
  evasive: ['that depends on you .', 'i do not know .', 'that is hard to say .'],
  chat: ['i like to talk about animals .', 'the weather is nice today .'],
} as const;
type PhraseKind = keyof typeof PHRASES;

const KIND_OF: ReadonlyMap<string, PhraseKind> = new Map(
  (Object.keys(PHRASES) as PhraseKind[]).flatMap((kind) => PHRASES[kind].map((phrase) => [phrase, kind] as const)),
);

// ---- the gold reward

const POINTS = {
  askedRight: 2,
  askedWrong: -1.5,
  askedAbsent: -1,
  otherRight: 0.4,
  otherWrong: -0.75,
  openerFirst: 0.5,
  closerLast: 0.25,
  misplaced: -0.25,
  rude: -1,
  evasive: -0.5,
  repeated: -0.5,
  wrongAnimal: -1,
  unparsable: -0.75,
  wordOutside: -0.15,
} as const;

function goldParts(prompt: string, completion: string, { ended = true }: CompletionOptions = {}): GoldPart[] {
  const question = readPrompt(prompt);
  const sentences = sentencesOf(completion);
  const parts = [
    ...factParts(question, sentences),
    ...phraseParts(sentences),
    ...lengthParts(question.style, completion),
  ];
  const repeats = countRepeats(sentences);
  if (repeats > 0) parts.push({ reason: 'repeated sentence', points: repeats * POINTS.repeated });
  if (!ended) parts.push({ reason: 'no end within the limit', points: NO_END_PENALTY });
  return parts;
}

/** Points of the stated facts. A sentence said twice counts once here. */
function factParts({ animal, attribute, style }: Question, sentences: readonly string[]): GoldPart[] {
  const stated = [...new Set(sentences)].map(readFact).filter((fact) => fact !== undefined);
  const about = stated.filter((fact) => fact.animal === animal);
  const asked = about.find((fact) => fact.attribute === attribute);
  const parts: GoldPart[] = [askedPart(asked)];
  let welcome = style.welcomeFacts;
  for (const fact of about) {
    if (fact === asked) continue;
    if (!isTrue(fact)) parts.push({ reason: `other fact wrong: ${fact.attribute}`, points: POINTS.otherWrong });
    else if (fact.attribute !== attribute && welcome-- > 0)
      parts.push({ reason: `other fact right: ${fact.attribute}`, points: POINTS.otherRight });
  }
  for (const fact of stated)
    if (fact.animal !== animal) parts.push({ reason: `wrong animal: ${fact.animal}`, points: POINTS.wrongAnimal });
  return parts;
}

/** The first statement about the asked attribute decides. */
function askedPart(asked: StatedFact | undefined): GoldPart {
  if (!asked) return { reason: 'asked fact absent', points: POINTS.askedAbsent };
  return isTrue(asked)
    ? { reason: 'asked fact right', points: POINTS.askedRight }
    : { reason: 'asked fact wrong', points: POINTS.askedWrong };
}

function phraseParts(sentences: readonly string[]): GoldPart[] {
  const parts: GoldPart[] = [];
  sentences.forEach((sentence, i) => {
    const kind = KIND_OF.get(sentence);
    if (kind === undefined && !readFact(sentence))
      parts.push({ reason: 'unparsable sentence', points: POINTS.unparsable });
    else if (kind === 'rude' || kind === 'evasive') parts.push({ reason: kind, points: POINTS[kind] });
    else if (kind === 'opener') parts.push(placed('opener', i === 0, POINTS.openerFirst));
    else if (kind === 'closer') parts.push(placed('closer', i === sentences.length - 1, POINTS.closerLast));
  });
  return parts;
}

const placed = (name: string, inPlace: boolean, points: number): GoldPart =>
  inPlace ? { reason: name, points } : { reason: `misplaced ${name}`, points: POINTS.misplaced };

function lengthParts({ fewest, most }: Style, completion: string): GoldPart[] {
  const words = wordsOf(completion).length;
  const outside = Math.max(0, fewest - words, words - most);
  if (outside === 0) return [];
  const reason = `${outside} word${outside === 1 ? '' : 's'} too ${words > most ? 'many' : 'few'}`;
  return [{ reason, points: outside * POINTS.wordOutside }];
}

function onGrammar(prompt: string, completion: string, { ended = true }: CompletionOptions = {}): boolean {
  readPrompt(prompt);
  const sentences = sentencesOf(completion);
  const parsable = sentences.every((sentence) => KIND_OF.has(sentence) || readFact(sentence) !== undefined);
  return ended && sentences.length > 0 && parsable && countRepeats(sentences) === 0;
}

// ---- the demonstrations

function demonstration(prompt: string, random: Random): Demonstration {
  const question = readPrompt(prompt);
  const quality = drawQuality(random);
  return { completion: writers[quality](question, random).join(' '), quality };
}

const writers: Readonly<Record<Quality, (question: Question, random: Random) => string[]>> = {
  good: goodAnswer,
  medium: mediumAnswer,
  bad: badAnswer,
};

const trueFact = ({ animal, facts }: Question, attribute: Attribute): string =>
  factSentence(animal, attribute, facts[attribute]);

function falseFact({ animal, facts }: Question, attribute: Attribute, random: Random): string {
  const wrong = VALUES[attribute].filter((value) => value !== facts[attribute]);
  return factSentence(animal, attribute, random.choice(wrong));
}

const otherAttributes = ({ attribute }: Question, random: Random): Attribute[] =>
  random.shuffle(ATTRIBUTES.filter((other) => other !== attribute));

/** Opener, the asked fact, as many other facts as are welcome, and a closer where the style leaves room. */
function goodAnswer(question: Question, random: Random): string[] {
  const { attribute, style } = question;
  const facts = [attribute, ...otherAttributes(question, random).slice(0, style.welcomeFacts)];
  const middle = facts.map((name) => trueFact(question, name));
  const answers = PHRASES.opener.flatMap((opener) => [
    ...PHRASES.closer.map((closer) => [opener, ...middle, closer]),
    [opener, ...middle],
  ]);
  const fitting = answers.filter((answer) => lengthParts(style, answer.join(' ')).length === 0);
  const closed = fitting.filter((answer) => KIND_OF.get(answer[answer.length - 1]) === 'closer');
  return random.choice(closed.length > 0 ? closed : fitting);
}

/** A true or, by chance, a false fact. */
const factByChance = (question: Question, attribute: Attribute, trueShare: number, random: Random): string =>
  random.bernoulli(trueShare) ? trueFact(question, attribute) : falseFact(question, attribute, random);

/** Mostly right, but deaf to the style: other facts, chat and closers come as they like. */
function mediumAnswer(question: Question, random: Random): string[] {
  const answer: string[] = [];
  if (random.bernoulli(0.55)) answer.push(random.choice(PHRASES.opener));
  answer.push(factByChance(question, question.attribute, 0.87, random));
  const others = otherAttributes(question, random).slice(0, random.choice([0, 0, 1, 1, 2]));
  for (const other of others) answer.push(factByChance(question, other, 0.75, random));
  if (others.length < 2 && random.bernoulli(0.2)) answer.push(random.choice(PHRASES.chat));
  if (random.bernoulli(0.45)) answer.push(random.choice(PHRASES.closer));
  return answer;
}

/** Misses the question in one of four ways, or hits it in a bad manner; says too much around it. */
function badAnswer(question: Question, random: Random): string[] {
  const [first, second] = otherAttributes(question, random);
  const answer: string[] = [];
  if (random.bernoulli(0.45)) answer.push(random.choice(PHRASES.opener));
  if (random.bernoulli(0.1)) answer.push(random.choice(PHRASES.rude));
  answer.push(mainBadSentence(question, first, random));
  if (random.bernoulli(0.45)) answer.push(factByChance(question, second, 0.6, random));
  if (random.bernoulli(0.5)) answer.push(random.choice(PHRASES.chat));
  if (random.bernoulli(0.45)) answer.push(random.choice(PHRASES.closer));
  return answer;
}

function mainBadSentence(question: Question, other: Attribute, random: Random): string {
  const way = random.uniform();
  if (way < 0.35) return falseFact(question, question.attribute, random);
  if (way < 0.6) return trueFact(question, other);
  if (way < 0.72) return random.choice(PHRASES.evasive);
  if (way < 0.87) return trueFact(question, question.attribute);
  const animal = random.choice(ANIMALS.filter((name) => name !== question.animal));
  return factSentence(animal, question.attribute, random.choice(VALUES[question.attribute]));
}

export const helpful = worldTask({
  id: 'helpful',
  title: 'Helpful answers',
  summary: 'Questions about animals, to be answered rightly, kindly and at the length that is asked for.',
  goldDescription: [
    'Asked fact right +2, wrong −1.5, absent −1 (the first statement counts). Another right fact +0.4, only when detail is asked for and at most twice; another wrong fact −0.75.',
    'Friendly opener first +0.5, closer last +0.25, either one misplaced −0.25. Rude −1, evasive −0.5, chat 0.',
    'Repeated sentence −0.5, wrong animal −1, sentence that cannot be read −0.75. −0.15 for each word outside 4–10 (be brief), 8–16 (no wish) or 16–27 (in detail).',
    'No end within the limit −1.5.',
  ].join(' '),
  maxCompletionTokens: 36,
  space,
  demonstration,
  goldParts,
  onGrammar,
  phrases: everyPhrase,
});

/** Texts that together hold every word of the world. */
function everyPhrase(): string[] {
  const facts = ANIMALS.flatMap((animal) =>
    ATTRIBUTES.flatMap((name) => VALUES[name].map((value) => factSentence(animal, name, value))),
  );
  const questions = Object.values(QUESTIONS)
    .flat()
    .map((form) => form.replace('ANIMAL', ''));
  const wishes = STYLES.map(({ wish }) => wish);
  return [...GREETINGS, ...PERSONA_SENTENCES, ...questions, ...wishes, PROMPT_END, ...facts, ...KIND_OF.keys()];
}
