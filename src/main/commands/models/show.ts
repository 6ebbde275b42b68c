/** `plumb models show`: facts of one model of the workspace. */
import { join, resolve } from 'node:path';
import { defineCommand } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';
import { modelDocument } from './documents.ts';
import { requireModel } from './require.ts';

export const show = defineCommand({
  id: 'show',
  summary: 'Facts of a model: family, size, where it came from and where it lies.',
  examples: ['plumb models show stories260K'],
  configure(command) {
    command.argument('<name>', 'name of a model in the workspace');
  },
  run: ([name], _options, context) =>
    withExistingStore(context, async (store) => {
      const model = await requireModel(store, name);
      return { ...modelDocument(model), folder: resolve(join(context.workspace.models, model.folder)) };
    }),
  show(facts: Record<string, unknown>, { print }) {
    for (const [name, value] of Object.entries(facts)) print(`${name.replaceAll('_', ' ').padEnd(12)} ${value ?? '–'}`);
  },
});
