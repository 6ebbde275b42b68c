/** A sweep: options with several values each, times seeds. Pure. */
import { type Field, parseValue, problemOf } from '../../components/params.ts';

export interface Varied {
  readonly key: string;
  /** As typed: values with commas between them. */
  readonly text: string;
}

export interface Sweep {
  readonly vary: readonly Varied[];
  /** How many seeds, from the config's own on. */
  readonly seeds: number;
}

export const NO_SWEEP: Sweep = { vary: [], seeds: 1 };

/** Runs that may be started at once. */
export const MOST_RUNS = 200;

/** Options that one value at a time can be typed for; the seed has its own place. */
export const canVary = ({ kind, key }: Field): boolean => key !== 'seed' && kind !== 'json' && kind !== 'list';

const parts = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Values of an option, in the order typed, each once. */
export const valuesOf = (field: Field, text: string): unknown[] => [
  ...new Set(parts(text).map((part) => parseValue(field, part))),
];

/** What is wrong with one line of the sweep; null when it may be started. */
export function varyProblem(fields: readonly Field[], { key, text }: Varied): string | null {
  const field = fields.find((each) => each.key === key);
  if (!field) return 'Choose an option.';
  const values = valuesOf(field, text);
  if (values.length === 0) return 'Type values with commas between them.';
  for (const value of values) {
    const problem = problemOf(field, value);
    if (problem) return `${String(value)}: ${problem.text}`;
  }
  return null;
}

/** 0 while a line has a problem. */
export function runCount(fields: readonly Field[], { vary, seeds }: Sweep): number {
  if (vary.some((each) => varyProblem(fields, each) !== null)) return 0;
  const counts = vary.map(({ key, text }) => {
    const field = fields.find((each) => each.key === key);
    return field ? valuesOf(field, text).length : 0;
  });
  return counts.reduce((product, count) => product * count, seeds);
}

/** "3 × 2 values × 3 seeds". */
export function gridWords(fields: readonly Field[], { vary, seeds }: Sweep): string {
  const counts = vary.flatMap(({ key, text }) => {
    const field = fields.find((each) => each.key === key);
    return field ? [`${valuesOf(field, text).length} of ${key}`] : [];
  });
  return [...counts, ...(seeds > 1 ? [`${seeds} seeds`] : [])].join(' × ');
}
