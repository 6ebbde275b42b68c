/** `plumb datasets list`: what the workspace holds. */
import { defineCommand } from '../command.ts';
import { tableLines } from '../table.ts';
import { withExistingStore } from '../workspace-store.ts';
import { datasetDocument } from './documents.ts';

export const list = defineCommand({
  id: 'list',
  summary: 'All datasets of the workspace, newest first.',
  examples: ['plumb datasets list', 'plumb datasets list --json -'],
  configure: () => undefined,
  run: (_args, _options, context) =>
    withExistingStore(context, async (store) => {
      const { listDatasets } = await import('../../data/store/datasets.ts');
      return { datasets: listDatasets(store).map(datasetDocument) };
    }),
  show({ datasets }: { datasets: ReturnType<typeof datasetDocument>[] }, { print }) {
    if (datasets.length === 0) print('No datasets yet. plumb import FILE brings one in.');
    const rows = datasets.map((d) => [d.dataset, d.kind, d.rows, d.prompts, `v${d.version}`, d.source]);
    const heading = ['NAME', 'KIND', 'ROWS', 'PROMPTS', 'VERSION', 'SOURCE'];
    if (rows.length > 0) for (const line of tableLines(heading, rows)) print(line);
  },
});
