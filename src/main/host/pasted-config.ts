/** A pasted config as the wizard takes it: sorted by option, its model and data by the names that the workspace has. */

import { RpcError } from '../../preload/contract/rpc.ts';
import type { PastedOptions } from '../../preload/contract/runs.ts';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { findVersion } from '../data/datasets/find.ts';
import { getModelByName } from '../data/store/models.ts';
import type { Store } from '../data/store/store.ts';
import type { Refused, Sorted } from '../train/pasted/sort-options.ts';

/** Options that a page never sets: where files lie on this machine. */
const PLACES = ['tokenizer', 'adapter', 'rollouts', 'reward_function'];
/** A run has a folder of its own in the workspace. */
const OWN_PLACE = 'output_dir';
/** Options that name a model beside the one that is trained. */
const MODELS = ['ref_model', 'reward_model', 'value_model'];
/** Chosen in steps of their own. */
const STEPS = ['model', 'dataset'] as const;

const isModel = (store: Store, name: unknown): boolean =>
  typeof name === 'string' && (getModelByName(store, name) !== undefined || builtInModelFolder(name) !== undefined);
const isDataset = (store: Store, name: unknown): boolean =>
  typeof name === 'string' && findVersion(store, name) !== undefined;

/** Why the workspace has no use for an option that its method takes; null where it has. */
function whyNot(store: Store, key: string, value: unknown): string | null {
  if (PLACES.includes(key)) return 'names a place on this machine, which a page cannot; use plumb train';
  if ((key === 'model' || MODELS.includes(key)) && !isModel(store, value))
    return `there is no model named "${String(value)}" in the workspace; import it, or choose another`;
  if (key === 'dataset' && !isDataset(store, value))
    return `there is no dataset named "${String(value)}" in the workspace; import it, or choose another`;
  return null;
}

/** `wanted`: the method to take where the text names none. Throws RpcError: nothing readable, or no method. */
export async function pastedOptions(store: Store, text: string, wanted: string | null): Promise<PastedOptions> {
  const { readPastedConfig, PastedConfigError } = await import('../train/pasted/read-config.ts');
  const { sortOptions } = await import('../train/pasted/sort-options.ts');
  const { methods } = await import('../train/methods/index.ts');
  try {
    const pasted = readPastedConfig(text);
    const id = pasted.method ?? wanted;
    if (id === null || !methods.has(id))
      return { ...NOTHING, form: pasted.form, said: pasted.method, method: null, refused: [...pasted.refused] };
    const sorted = sortOptions(methods.get(id), pasted.options);
    return { form: pasted.form, said: pasted.method, method: id, ...placed(store, sorted, pasted.refused) };
  } catch (error) {
    if (error instanceof PastedConfigError) throw new RpcError(error.code, error.message);
    throw error;
  }
}

const NOTHING = { model: null, dataset: null, taken: [], ignored: [], refused: [] };

/** What the workspace has is taken; model and dataset stand apart. */
function placed(store: Store, { taken, ignored, refused }: Sorted, unread: readonly Refused[]) {
  const judged = taken
    .filter(({ key }) => key !== OWN_PLACE)
    .map((each) => ({ ...each, why: whyNot(store, each.key, each.value) }));
  const good = judged.filter(({ why }) => why === null);
  const named = (step: (typeof STEPS)[number]) => {
    const value = good.find(({ key }) => key === step)?.value;
    return typeof value === 'string' ? value : null;
  };
  return {
    model: named('model'),
    dataset: named('dataset'),
    taken: good
      .filter(({ key }) => !STEPS.some((step) => step === key))
      .map(({ key, value, from }) => ({ key, value, from })),
    ignored: [...ignored, ...taken.filter(({ key }) => key === OWN_PLACE).map(({ from }) => from)],
    refused: [
      ...judged.flatMap(({ from, value, why }) => (why === null ? [] : [{ key: from, value, because: why }])),
      ...refused,
      ...unread,
    ],
  };
}
