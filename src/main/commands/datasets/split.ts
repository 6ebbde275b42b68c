/** `plumb datasets split`: a part that is held out, without prompts of the other part. */
import { defineCommand, UsageError, wholeNumber } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';
import { derivedDocument } from './documents.ts';

const LARGEST_SEED = 2 ** 32 - 1;
function shareOf(value: unknown): number {
  const share = Number(value);
  if (share > 0 && share < 1) return share;
  throw new UsageError(`--share must be above 0 and below 1, found "${value}"`);
}

export const split = defineCommand({
  id: 'split',
  summary: 'Split a dataset in two by prompt: no prompt is on both sides.',
  examples: [
    'plumb datasets split my-pairs --share 0.1',
    'plumb datasets split my-pairs --share 0.2 --seed 7 --names my-train,my-test',
    'plumb datasets split my-pairs --share 0.2 --stratify length',
  ],
  configure(command) {
    command
      .argument('<dataset>', 'name (its newest version), name@2, or the id of a version')
      .option('--share <x>', 'share of the prompts that the second part gets', '0.1')
      .option('--seed <n>', 'same seed, same split', '42')
      .option('--stratify <what>', 'same mix in both parts of: annotator, label, tie, length, metadata.KEY', 'none')
      .option('--names <first,second>', 'names of the two parts (default: NAME-train,NAME-test)');
  },
  async run([reference], options, context) {
    const share = shareOf(options.share);
    const seed = wholeNumber(options.seed, '--seed', 0, LARGEST_SEED);
    const names = options.names === undefined ? undefined : String(options.names).split(',');
    if (names && names.length !== 2)
      throw new UsageError(`--names takes two names, as in --names train,test; found "${options.names}"`);
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { deriveVersions } = await import('../../data/datasets/derive.ts');
    return withExistingStore(context, async (store) => {
      const found = requireVersion(store, reference);
      const onProgress = (done: number, total: number) => context.progress(done, total, 'row');
      const request = { operation: 'split', params: { share, seed, stratify: String(options.stratify) }, names };
      const parts = await deriveVersions(store, [found], request, { signal: context.signal, onProgress });
      return { parts: parts.map(derivedDocument) };
    });
  },
  show({ parts }: { parts: ReturnType<typeof derivedDocument>[] }, { print }) {
    for (const { dataset, version, rows, prompts } of parts)
      print(`"${dataset}" version ${version}: ${rows} rows, ${prompts} prompts`);
  },
});
