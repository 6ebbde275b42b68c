/** `plumb datasets remove`: a dataset with all its versions. */
import { defineCommand, UsageError } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';

export const remove = defineCommand({
  id: 'remove',
  summary: 'Remove a dataset with all its versions.',
  examples: ['plumb datasets remove my-pairs'],
  configure(command) {
    command.argument('<dataset>', 'name of the dataset');
  },
  async run([reference], _options, context) {
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { removeDataset } = await import('../../data/store/datasets.ts');
    return withExistingStore(context, (store) => {
      const { dataset } = requireVersion(store, reference);
      // whoever names a version would lose the others too
      if (dataset.name !== reference)
        throw new UsageError(
          `${reference} is a version; to remove the dataset with all its versions name "${dataset.name}"`,
        );
      removeDataset(store, dataset.id);
      return { removed: dataset.name };
    });
  },
  show({ removed }: { removed: string }, { print }) {
    print(`Removed "${removed}".`);
  },
});
