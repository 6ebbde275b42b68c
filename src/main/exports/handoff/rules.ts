/** Carries options over by rules: each option has one, or has no counterpart. */
import type { Fate, Recipe } from './handoff-target.ts';

/** Name and value there; null: at this value nothing is to be written. */
export type Carried = readonly [name: string, value: unknown] | null;

export interface Rule {
  /** undefined: it has no counterpart at this value. */
  carry(value: unknown, recipe: Recipe): Carried | readonly Carried[] | undefined;
  /** Told beside what was carried over, or as the meaning of what was not. */
  readonly note?: string;
  /** Where the option stands instead of a setting. */
  readonly place?: string;
}

export type Rules = Readonly<Record<string, Rule>>;

/** Under the same name, as it is. */
export const same = (names: string): Rules =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, { carry: (value) => [name, value] }]));

/** Under another name. */
export const renamed = (name: string, note?: string): Rule => ({ carry: (value) => [name, value], note });

/** Nothing to carry where the value is one of these; else there is no counterpart, which `note` explains. */
export const onlyAt = (values: readonly unknown[], note: string): Rule => ({
  carry: (value) => (values.some((each) => each === value) ? null : undefined),
  note,
});

/** Said elsewhere: files of the folder, or how the trainer is made. */
export const elsewhere = (place: string): Rule => ({ carry: () => null, place });

/** Several that stand in one place. */
export const said = (names: string, place: string): Rules =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, elsewhere(place)]));

/** For what is measured on the way: it trains nothing. */
export const lookedAtHere = (names: string): Rules =>
  said(names, 'not needed: it is measured here, and trains nothing');

export interface CarriedOver {
  readonly settings: readonly (readonly [string, unknown])[];
  readonly fates: readonly Fate[];
}

/** Options without a value are left to the target, as they are left to the method here. */
export function carryOver(
  recipe: Recipe,
  rules: Rules,
  spell: (setting: readonly [string, unknown]) => string,
): CarriedOver {
  const settings: (readonly [string, unknown])[] = [];
  const fates = Object.entries(recipe.options).flatMap(([option, value]): Fate[] => {
    if (value === undefined) return [];
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined;
    const found = rule?.carry(value, recipe);
    if (found === undefined) return [{ option, value, as: null, note: rule?.note }];
    const carried = found === null ? [] : isOne(found) ? [found] : found.filter((each) => each !== null);
    settings.push(...carried);
    const as = carried.length > 0 ? carried.map(spell).join(', ') : (rule?.place ?? 'the same without a setting');
    return [{ option, value, as, note: carried.length > 0 ? rule?.note : undefined }];
  });
  return { settings, fates };
}

const isOne = (found: Carried | readonly Carried[]): found is readonly [string, unknown] =>
  Array.isArray(found) && typeof found[0] === 'string';
