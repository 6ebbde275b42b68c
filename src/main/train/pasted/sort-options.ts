/** Sorts options that somebody pasted, one by one: what a method takes, what has no effect here, and what is refused, with the reason. */
import type { z } from 'zod';
import { meant } from '../../base/registry.ts';
import { describeIssue } from '../config.ts';
import { foreignNames, translateForeign } from '../foreign-options.ts';

export interface Taken {
  readonly key: string;
  readonly value: unknown;
  /** The name it was pasted under. */
  readonly from: string;
}

export interface Refused {
  readonly key: string;
  /** As it stood there. */
  readonly value: unknown;
  readonly because: string;
}

export interface Sorted {
  readonly taken: readonly Taken[];
  /** Names of options that change no number here. */
  readonly ignored: readonly string[];
  readonly refused: readonly Refused[];
}

/** What TRL 1.16 calls an option of that method otherwise than here. */
const TRL_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  online_dpo: { max_new_tokens: 'response_length' },
  rloo: {
    max_completion_length: 'response_length',
    beta: 'kl_coef',
    num_iterations: 'num_ppo_epochs',
    epsilon: 'cliprange',
    epsilon_high: 'cliprange_high',
  },
};

/** One option by its own: where it goes, or why it does not. */
function sortOne(
  { id, params }: { readonly id: string; readonly params: z.ZodObject },
  pasted: string,
  value: unknown,
): { taken: Taken } | { ignored: string } | { refused: Refused } {
  const known = Object.keys(params.shape);
  const refused = (because: string) => ({ refused: { key: pasted, value, because } });
  const trl = TRL_NAMES[id]?.[pasted];
  const name = trl !== undefined && !known.includes(pasted) ? trl : pasted;
  const { config, ignored, problems } = translateForeign({ [name]: value }, known);
  if (problems.length > 0) return refused(problems[0].replace(`${name}: ${JSON.stringify(value)} — `, ''));
  const [entry] = Object.entries(config);
  if (ignored.length > 0 || entry === undefined) return { ignored: pasted };
  const [key, translated] = entry;
  if (!known.includes(key)) return refused(`${id} has no such option${meant(key, [...known, ...foreignNames])}`);
  const parsed = (params.shape[key] as z.ZodType).safeParse(translated);
  // Python's None is the default
  if (!parsed.success && translated === null) return { ignored: pasted };
  if (parsed.success) return { taken: { key, value: translated, from: pasted } };
  return refused([...new Set(parsed.error.issues.map((issue) => describeIssue(issue).replace(/^: /, '')))].join('; '));
}

export function sortOptions(
  method: { readonly id: string; readonly params: z.ZodObject },
  options: Readonly<Record<string, unknown>>,
): Sorted {
  const taken: Taken[] = [];
  const ignored: string[] = [];
  const refused: Refused[] = [];
  for (const [pasted, value] of Object.entries(options)) {
    const sorted = sortOne(method, pasted, value);
    if ('ignored' in sorted) ignored.push(sorted.ignored);
    else if ('refused' in sorted) refused.push(sorted.refused);
    else {
      const { key } = sorted.taken;
      const other = taken.find((each) => each.key === key);
      if (other && JSON.stringify(other.value) !== JSON.stringify(sorted.taken.value))
        refused.push({ key: pasted, value, because: `${other.from} says the same thing differently; it was taken` });
      else if (!other) taken.push(sorted.taken);
    }
  }
  return { taken, ignored, refused };
}
