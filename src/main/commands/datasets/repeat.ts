/** `plumb datasets repeat`: applies a version's recipe again, and says whether it gives the same rows. */
import { defineCommand } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';

interface Outcome {
  readonly dataset: string;
  readonly version: number;
  readonly recipe: string;
  readonly content_hash: string;
  readonly repeated_hash: string;
  readonly matches: boolean;
}

export const repeat = defineCommand({
  id: 'repeat',
  summary: 'Apply the recipe of a version to its parents again: the same rows must come out. Writes nothing.',
  examples: ['plumb datasets repeat noisy'],
  configure(command) {
    command.argument('<dataset>', 'name (its newest version), name@2, or the id of a version');
  },
  async run([reference], _options, context): Promise<Outcome> {
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { repeatDerivation } = await import('../../data/datasets/derive.ts');
    return withExistingStore(context, async (store) => {
      const found = requireVersion(store, reference);
      const onProgress = (done: number, total: number) => context.progress(done, total, 'row');
      const { contentHash, matches } = await repeatDerivation(store, found, { signal: context.signal, onProgress });
      const { dataset, version } = found;
      return {
        dataset: dataset.name,
        version: version.number,
        recipe: version.recipe,
        content_hash: version.contentHash,
        repeated_hash: contentHash,
        matches,
      };
    });
  },
  exitCode: ({ matches }: Outcome) => (matches ? 0 : 1),
  show({ dataset, version, recipe, content_hash, repeated_hash, matches }: Outcome, { print }) {
    print(`${dataset}@${version}: ${recipe}`);
    print(
      matches ? `same rows, content ${content_hash}` : `stored ${content_hash}\nnow    ${repeated_hash}: not the same`,
    );
  },
});
