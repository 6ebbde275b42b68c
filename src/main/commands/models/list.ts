/** `plumb models list`: the registry of the workspace. */
import { defineCommand } from '../command.ts';
import { tableLines } from '../table.ts';
import { withExistingStore } from '../workspace-store.ts';
import { modelDocument, shortCount } from './documents.ts';

export const list = defineCommand({
  id: 'list',
  summary: 'All models of the workspace, newest first, and those that come with the program.',
  examples: ['plumb models list', 'plumb models list --json -'],
  configure: () => undefined,
  run: (_args, _options, context) =>
    withExistingStore(context, async (store) => {
      const { listModels } = await import('../../data/store/models.ts');
      const { builtInSummaries } = await import('../../host/model-registry.ts');
      return { models: listModels(store).map(modelDocument), built_in: builtInSummaries(store).map(modelDocument) };
    }),
  show({ models, built_in }: Record<'models' | 'built_in', ReturnType<typeof modelDocument>[]>, { print }) {
    if (models.length === 0) print('No models of your own yet. plumb models import PATH brings one in.');
    const rows = [...models, ...built_in].map((m) => [
      m.model,
      m.family,
      shortCount(m.parameters),
      m.layers,
      m.hidden,
      m.origin,
    ]);
    const heading = ['NAME', 'FAMILY', 'PARAMETERS', 'LAYERS', 'WIDTH', 'FROM'];
    if (rows.length > 0) for (const line of tableLines(heading, rows)) print(line);
  },
});
