/** What the wizard offers for options that hold a name: models, datasets, annotators, and judges of Settings. */
import type { JudgeEndpoint } from '../../../preload/contract/index.ts';
import type { Offer } from '../../components/param-form.tsx';
import type { Field } from '../../components/params.ts';

/** What there is by name. */
export interface Named {
  readonly models: readonly { readonly name: string }[];
  readonly datasets: readonly { readonly name: string }[];
  readonly judges: readonly Pick<JudgeEndpoint, 'name' | 'url' | 'model'>[];
}

/** Those that need no place on this machine. */
const ANNOTATORS: readonly string[] = ['gold', 'reward_model', 'reward_function', 'llm_judge', 'human'];

const namesOf = (entries: readonly { readonly name: string }[]): string[] => entries.map(({ name }) => name);
const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

/** Options whose key alone does not say what they hold; a server that is no judge of Settings may be typed. */
const BY_KEY: Readonly<Record<string, (named: Named) => Offer>> = {
  annotator: () => ({ names: ANNOTATORS }),
  judge_endpoint: ({ judges }) => ({ names: namesOf(judges), free: true }),
  judge_url: ({ judges }) => ({ names: distinct(judges.map(({ url }) => url)), free: true }),
  judge_model: ({ judges }) => ({ names: distinct(judges.map(({ model }) => model)), free: true }),
};

function offerOf({ key, kind }: Field, named: Named): Offer | undefined {
  if (kind !== 'text') return undefined;
  if (BY_KEY[key]) return BY_KEY[key](named);
  if (/(^|_)(model|adapter)$/.test(key)) return { names: namesOf(named.models) };
  return key.endsWith('dataset') ? { names: namesOf(named.datasets) } : undefined;
}

/** By key; an option that holds no name has none. */
export function offersOf(fields: readonly Field[], named: Named): Record<string, Offer> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const offer = offerOf(field, named);
      return offer ? [[field.key, offer] as const] : [];
    }),
  );
}
