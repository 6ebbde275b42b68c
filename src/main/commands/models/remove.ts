/** `plumb models remove`: a model of the workspace. */
import { join } from 'node:path';
import { defineCommand, InputError } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';
import { requireModel } from './require.ts';

export const remove = defineCommand({
  id: 'remove',
  summary: 'Remove a model from the workspace (the folder of a run stays with its run).',
  examples: ['plumb models remove stories260K'],
  configure(command) {
    command.argument('<name>', 'name of a model in the workspace');
  },
  run: ([name], _options, context) =>
    withExistingStore(context, async (store) => {
      const { forgetModel } = await import('../../host/model-registry.ts');
      const { dependentsOf, keptBecause } = await import('../../host/model-dependents.ts');
      const { workspace } = context;
      const model = await requireModel(store, name);
      const why = keptBecause(dependentsOf(store, workspace, model.name, join(workspace.models, model.folder)));
      if (why !== null) throw new InputError(`${model.name} stays: ${why}`, { code: 'in_use' });
      forgetModel(store, workspace, model);
      return { removed: model.name };
    }),
  show({ removed }: { removed: string }, { print }) {
    print(`Removed "${removed}".`);
  },
});
