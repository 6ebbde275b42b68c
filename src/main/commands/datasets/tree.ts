/** `plumb datasets tree`: what was made from what. */
import type { LineageNode } from '../../../preload/contract/dataset-versions.ts';
import { defineCommand } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';

const document = (node: LineageNode) => ({
  dataset: node.dataset,
  version: node.number,
  id: node.id,
  depth: node.depth,
  rows: node.rows,
  recipe: node.recipe,
  content_hash: node.contentHash,
  created_at: node.createdAt,
  runs: node.runs,
});

export const tree = defineCommand({
  id: 'tree',
  summary: 'What was made from what, and which runs used it.',
  examples: ['plumb datasets tree', 'plumb datasets tree my-pairs --json -'],
  configure(command) {
    command.argument('[dataset]', 'only what hangs together with it');
  },
  async run([reference], _options, context) {
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { lineageOf } = await import('../../data/datasets/lineage.ts');
    return withExistingStore(context, (store) => {
      const id = reference === undefined ? undefined : requireVersion(store, reference).dataset.id;
      return { versions: lineageOf(store, id).map(document) };
    });
  },
  show({ versions }: { versions: ReturnType<typeof document>[] }, { print }) {
    if (versions.length === 0) print('No datasets yet. plumb import FILE brings one in.');
    for (const { dataset, version, depth, rows, recipe, runs } of versions) {
      const used = runs.length === 0 ? '' : `  used by ${runs.join(', ')}`;
      print(
        `${'   '.repeat(depth)}${depth > 0 ? '└─ ' : ''}${dataset}@${version}  ${rows ?? '–'} rows  ${recipe}${used}`,
      );
    }
  },
});
