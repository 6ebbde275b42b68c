/** The animals of the world `helpful` and what is true of each: one fixed table, so that the gold reward can be recomputed by hand. */

export const ATTRIBUTES = ['food', 'home', 'colour', 'time'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

export const VALUES: Readonly<Record<Attribute, readonly string[]>> = {
  food: ['berries', 'fish', 'fruit', 'grass', 'honey', 'insects', 'leaves', 'mice', 'nuts', 'roots', 'seeds', 'worms'],
  home: [
    'barn',
    'cave',
    'desert',
    'forest',
    'jungle',
    'lake',
    'meadow',
    'mountain',
    'river',
    'swamp',
    'tundra',
    'village',
  ],
  colour: ['black', 'blue', 'brown', 'golden', 'green', 'grey', 'red', 'spotted', 'striped', 'white'],
  time: ['dawn', 'dusk', 'midnight', 'night', 'noon', 'sunset'],
};

/** animal: food, home, colour, time. */
const TABLE = `
badger: worms forest striped night
bat: insects cave black midnight
bear: honey mountain brown noon
beaver: roots river brown dusk
camel: grass desert golden noon
cat: mice village spotted sunset
cow: grass meadow white dawn
crow: seeds village black noon
deer: leaves forest spotted dawn
dog: roots barn golden noon
donkey: leaves barn grey dawn
duck: insects lake green noon
falcon: mice mountain grey dawn
ferret: mice meadow white noon
fox: berries forest red midnight
frog: worms swamp green dusk
goat: leaves mountain white sunset
goose: grass lake grey dawn
hamster: nuts desert golden midnight
hare: roots tundra white dusk
hedgehog: worms meadow brown night
heron: fish swamp blue dawn
horse: grass meadow black sunset
koala: leaves jungle grey night
lizard: insects desert green noon
llama: berries mountain spotted noon
lynx: mice tundra striped dusk
mole: worms cave black sunset
moose: berries swamp brown dusk
mouse: seeds barn grey midnight
panda: fruit jungle black dawn
parrot: fruit jungle blue sunset
penguin: fish tundra blue noon
pig: nuts barn spotted sunset
rabbit: seeds village red dusk
seal: fish lake spotted midnight
sheep: fruit village golden dawn
snake: honey cave striped midnight
squirrel: nuts forest red sunset
wolf: honey tundra red night
`;

/** What is true of an animal, by attribute. */
export type Facts = Readonly<Record<Attribute, string>>;

export const FACTS: ReadonlyMap<string, Facts> = new Map(TABLE.trim().split('\n').map(parseRow));

export const ANIMALS: readonly string[] = [...FACTS.keys()];

function parseRow(row: string): [string, Facts] {
  const [animal, values] = row.split(': ');
  const [food, home, colour, time] = values.split(' ');
  const facts = { food, home, colour, time };
  for (const attribute of ATTRIBUTES)
    if (!VALUES[attribute].includes(facts[attribute]))
      throw new Error(`facts of "${animal}": "${facts[attribute]}" is no ${attribute}`);
  return [animal, facts];
}

/** How a fact is said; ANIMAL and VALUE stand for themselves. */
const FORMS: Readonly<Record<Attribute, string>> = {
  food: 'a ANIMAL likes to eat VALUE .',
  home: 'a ANIMAL lives in the VALUE .',
  colour: 'a ANIMAL is VALUE .',
  time: 'a ANIMAL is active at VALUE .',
};

export const factSentence = (animal: string, attribute: Attribute, value: string): string =>
  FORMS[attribute].replace('ANIMAL', animal).replace('VALUE', value);

export interface StatedFact {
  readonly animal: string;
  readonly attribute: Attribute;
  readonly value: string;
}

const STATED: ReadonlyMap<string, StatedFact> = new Map(allStatements().map((fact) => [sentenceOf(fact), fact]));

function allStatements(): StatedFact[] {
  return ANIMALS.flatMap((animal) =>
    ATTRIBUTES.flatMap((attribute) => VALUES[attribute].map((value) => ({ animal, attribute, value }))),
  );
}

function sentenceOf({ animal, attribute, value }: StatedFact): string {
  return factSentence(animal, attribute, value);
}

/** The fact a sentence states, true or not; undefined when it is not a statement of this world. */
export const readFact = (sentence: string): StatedFact | undefined => STATED.get(sentence);

/** Is it what the table says? */
export const isTrue = ({ animal, attribute, value }: StatedFact): boolean => FACTS.get(animal)?.[attribute] === value;
