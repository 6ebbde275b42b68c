/** `plumb datasets remove`: a dataset with all its versions, or one version. */
import { defineCommand, UsageError } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';

export const remove = defineCommand({
  id: 'remove',
  summary: 'Remove a dataset with all its versions, or one version of it.',
  examples: ['plumb datasets remove my-pairs@1 --even-if-used', 'plumb datasets remove noisy'],
  configure(command) {
    command
      .argument('<dataset>', 'name of the dataset, or name@2 for one version')
      .option('--even-if-used', 'also when runs used it: they keep their numbers, and which version it was');
  },
  async run([reference], options, context) {
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { removeWithVersions, removeOneVersion } = await import('../../data/datasets/remove.ts');
    const { listVersions } = await import('../../data/store/versions.ts');
    return withExistingStore(context, (store) => {
      const { dataset, version } = requireVersion(store, reference);
      const evenIfUsed = options.evenIfUsed === true;
      if (dataset.name !== reference && listVersions(store, dataset.id).length === 1)
        throw new UsageError(
          `${reference} is the only version; to remove the dataset with all its versions name "${dataset.name}"`,
        );
      if (dataset.name === reference) removeWithVersions(store, dataset.id, { evenIfUsed });
      else removeOneVersion(store, version.id, { evenIfUsed });
      return { removed: dataset.name === reference ? dataset.name : `${dataset.name}@${version.number}` };
    });
  },
  show({ removed }: { removed: string }, { print }) {
    print(`Removed "${removed}".`);
  },
});
