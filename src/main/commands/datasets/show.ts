/** `plumb datasets show`: facts of one version, and the report of the import that made it. */
import { defineCommand } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';

async function describe(reference: string, context: Parameters<typeof withExistingStore>[0]) {
  const { requireVersion } = await import('../../data/datasets/find.ts');
  const { getImportReport } = await import('../../data/store/versions.ts');
  return withExistingStore(context, (store) => {
    const { dataset, version } = requireVersion(store, reference);
    const report = getImportReport(store, version.id);
    return {
      dataset: dataset.name,
      version: version.number,
      id: version.id,
      kind: dataset.kind,
      format: dataset.format,
      source: dataset.source,
      recipe: version.recipe,
      created_at: version.createdAt,
      content_hash: version.contentHash,
      rows: version.rows,
      prompts: version.prompts,
      ties: version.ties,
      duplicates: version.duplicates,
      median_chosen_chars: version.medianChosenChars,
      median_rejected_chars: version.medianRejectedChars,
      longer_chosen_share: version.longerChosenShare,
      rows_read: report?.rowsRead ?? null,
      refused_total: report?.refusedTotal ?? null,
      refused: report?.refused ?? [],
    };
  });
}

export const show = defineCommand({
  id: 'show',
  summary: 'Facts of a dataset: size, ties, duplicates, lengths, and what its import refused.',
  examples: ['plumb datasets show my-pairs', 'plumb datasets show my-pairs@2 --json -'],
  configure(command) {
    command.argument('<dataset>', 'name (its newest version), name@2, or the id of a version');
  },
  run: ([reference], _options, context) => describe(reference, context),
  show({ refused, ...facts }: Awaited<ReturnType<typeof describe>>, { print }) {
    for (const [name, value] of Object.entries(facts)) print(`${name.replaceAll('_', ' ').padEnd(22)} ${value ?? '–'}`);
    for (const { line, row, reason } of refused.slice(0, 20))
      print(`  refused: ${line === null ? `row ${row}` : `line ${line}`}: ${reason}`);
  },
});
