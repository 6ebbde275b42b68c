/** `plumb datasets versions`: how a dataset came to be what it is. */
import { defineCommand } from '../command.ts';
import { tableLines } from '../table.ts';
import { withExistingStore } from '../workspace-store.ts';
import { versionDocument } from './documents.ts';

export const versions = defineCommand({
  id: 'versions',
  summary: 'Versions of a dataset, newest first, and what made each.',
  examples: ['plumb datasets versions my-pairs'],
  configure(command) {
    command.argument('<dataset>', 'name of the dataset');
  },
  async run([reference], _options, context) {
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { listVersions } = await import('../../data/store/versions.ts');
    return withExistingStore(context, (store) => {
      const { dataset } = requireVersion(store, reference);
      return { dataset: dataset.name, versions: listVersions(store, dataset.id).map(versionDocument) };
    });
  },
  show({ versions: found }: { versions: ReturnType<typeof versionDocument>[] }, { print }) {
    const rows = found.map((v) => [`v${v.version}`, v.rows, v.created_at.slice(0, 16).replace('T', ' '), v.recipe]);
    for (const line of tableLines(['VERSION', 'ROWS', 'MADE', 'HOW'], rows)) print(line);
  },
});
