/** Dropout that a model's config.json asks for: it is off in training here, as TRL has it for every preference method, and that is said. */

/** transformers' options of dropout, in the families' own words; those of heads that no method here trains are left out. */
const NAMES = /^(?!summary_)(.*_)?(dropout|pdrop)$/;

/** Options above 0 as "name value". */
export const dropoutsOf = (raw: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(raw)
    .filter(([name, value]) => NAMES.test(name) && typeof value === 'number' && value > 0)
    .map(([name, value]) => `${name} ${value}`);

/** What to tell whoever trains the model, if it asks for any. */
export function dropoutWarning(raw: Readonly<Record<string, unknown>>): string | undefined {
  const found = dropoutsOf(raw);
  if (found.length === 0) return undefined;
  return `config.json asks for ${found.join(', ')}: dropout is off in training here (TRL switches it off for preference methods and PPO; its SFT would apply it)`;
}
