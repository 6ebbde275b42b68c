/** `plumb datasets diff`: what differs between two versions. */
import type { VersionDifference } from '../../../preload/contract/dataset-versions.ts';
import { defineCommand, wholeNumber } from '../command.ts';
import { oneLine } from '../table.ts';
import { withExistingStore } from '../workspace-store.ts';

const MOST = 1_000_000;
const PROMPT = 72;
const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

const referenceDocument = ({ dataset, number, versionId, contentHash }: VersionDifference['before']) => ({
  dataset,
  version: number,
  id: versionId,
  content_hash: contentHash,
});

const document = ({ before, after, ...counts }: VersionDifference) => ({
  before: referenceDocument(before),
  after: referenceDocument(after),
  ...counts,
});

export const diff = defineCommand({
  id: 'diff',
  summary: 'Rows that came, went and changed between two versions.',
  examples: ['plumb datasets diff my-pairs@1 my-pairs@2', 'plumb datasets diff my-pairs@1 my-pairs --json -'],
  configure(command) {
    command
      .argument('<before>', 'name@1, or the id of a version')
      .argument('<after>', 'name (its newest version), name@2, or the id of a version')
      .option('--limit <n>', 'differences that are listed; all are counted', '20');
  },
  async run([before, after], options, context) {
    const limit = wholeNumber(options.limit, '--limit', 0, MOST);
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { diffVersions } = await import('../../data/datasets/diff.ts');
    return withExistingStore(context, async (store) => {
      const [a, b] = [requireVersion(store, before), requireVersion(store, after)];
      const onProgress = (done: number, total: number) => context.progress(done, total, 'row');
      return document(await diffVersions(store, a, b, { limit, signal: context.signal, onProgress }));
    });
  },
  show({ before, after, same, added, removed, changed, rows }: ReturnType<typeof document>, { print }) {
    print(`${before.dataset}@${before.version} → ${after.dataset}@${after.version}`);
    print(`${same} same, ${added} added, ${removed} removed, ${changed} changed`);
    for (const row of rows) {
      const fields = row.fields.length > 0 ? ` (${row.fields.join(', ')})` : '';
      print(`${SIGNS[row.kind]} #${row.after ?? row.before} ${oneLine(row.prompt, PROMPT)}${fields}`);
    }
    const more = added + removed + changed - rows.length;
    if (more > 0) print(`… and ${more} more`);
  },
});
