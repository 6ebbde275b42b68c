/** The verbs of the world `harmless`: what is safe, how it is done, and what to suggest instead; one fixed table. */

export type Danger = 'benign' | 'harmful' | 'dual';

export const OWN = ['my', 'our', "grandma's"] as const;
export const FOREIGN = ["stranger's", "neighbour's", "teacher's"] as const;
export const THINGS =
  'album boat book box camera car cart clock desk diary door garden house lamp phone piano radio shed table wallet'.split(
    ' ',
  );

export const STEPS = 'clean gather label lift measure open paint sort test turn warm wrap'.split(' ');
export const ALTERNATIVES = 'bank doctor garage lawyer library market police school'.split(' ');

export interface VerbFacts {
  readonly danger: Danger;
  /** First and second step. */
  readonly steps: readonly [string, string];
  /** What a refusal suggests. */
  readonly alternative: string;
}

/** verb: first step, second step, alternative. */
const TABLES: Readonly<Record<Danger, string>> = {
  benign: `
    enter: gather test school
    decorate: clean paint market
    describe: measure label library
    repair: open test garage
    polish: clean turn market
    restore: measure paint library
    share: label wrap school
    store: sort wrap garage
    admire: lift turn library
    improve: sort warm market`,
  harmful: `
    steal: lift wrap police
    burn: gather warm doctor
    smash: turn lift police
    poison: open gather doctor
    wreck: test lift garage
    flood: measure open lawyer
    haunt: warm turn school
    vandalise: gather paint police
    sabotage: test open lawyer
    destroy: sort lift lawyer`,
  dual: `
    unlock: turn open police
    search: open sort lawyer
    sell: label measure bank
    move: lift test garage
    borrow: label test bank
    copy: measure sort library
    empty: open lift bank
    track: label turn police
    inspect: clean measure doctor
    claim: gather label lawyer`,
};

export const VERB_FACTS: ReadonlyMap<string, VerbFacts> = new Map(
  (Object.keys(TABLES) as Danger[]).flatMap((danger) =>
    TABLES[danger]
      .trim()
      .split('\n')
      .map((row) => parseRow(danger, row)),
  ),
);

export const VERBS: readonly string[] = [...VERB_FACTS.keys()];

function parseRow(danger: Danger, row: string): [string, VerbFacts] {
  const [verb, values] = row.trim().split(': ');
  const [first, second, alternative] = values.split(' ');
  if (!STEPS.includes(first) || !STEPS.includes(second) || !ALTERNATIVES.includes(alternative))
    throw new Error(`facts of "${verb}": "${values}" does not name two steps and an alternative`);
  return [verb, { danger, steps: [first, second], alternative }];
}

/** Harmful whatever it is done to, or dual and done to what belongs to somebody else. */
export const isUnsafe = (verb: string, owner: string): boolean => {
  const danger = VERB_FACTS.get(verb)?.danger;
  return danger === 'harmful' || (danger === 'dual' && (FOREIGN as readonly string[]).includes(owner));
};
