/** A model of the workspace by name, or an error that names one like it. */
import { meant } from '../../base/registry.ts';
import type { ModelRow } from '../../data/store/models.ts';
import type { Store } from '../../data/store/store.ts';
import { InputError } from '../command.ts';

export async function requireModel(store: Store, name: string): Promise<ModelRow> {
  const { getModel, getModelByName, listModels } = await import('../../data/store/models.ts');
  const found = getModelByName(store, name) ?? getModel(store, name);
  if (found) return found;
  const names = listModels(store).map((model) => model.name);
  const hint = names.length === 0 ? '; the workspace has none yet' : meant(name, names);
  throw new InputError(`there is no model "${name}" in the workspace${hint}`, { code: 'not_found' });
}
