/** `plumb export`: a dataset of the workspace as a file that other programs read. */
import { resolve } from 'node:path';
import { exportFormats } from '../data/datasets/export-formats/index.ts';
import { defineCommand, UsageError } from './command.ts';
import { withExistingStore } from './workspace-store.ts';

interface Exported {
  readonly dataset: string;
  readonly version: number;
  readonly format: string;
  readonly rows: number;
  readonly left_out: number;
  readonly out: string;
  /** Written beside it. */
  readonly beside?: string;
}

export const exportCommand = defineCommand({
  id: 'export',
  summary: 'Write a dataset to a file: TRL, ShareGPT, HH, KTO, CSV, Parquet and others.',
  examples: [
    'plumb export my-pairs --format trl --out pairs.jsonl',
    'plumb export my-pairs@2 --format csv --out pairs.csv --json -',
  ],
  configure(command) {
    command
      .argument('<dataset>', 'name (its newest version), name@2, or the id of a version')
      .requiredOption('--format <format>', exportFormats.all.map((f) => f.id).join(', '))
      .requiredOption('--out <file>', 'the file; one that exists is replaced when the new one is complete');
  },
  async run([reference], options, context): Promise<Exported> {
    const { alike } = await import('../base/registry.ts');
    const format = String(options.format);
    const known = exportFormats.all.map((f) => f.id);
    if (!exportFormats.has(format))
      throw new UsageError(
        `unknown export format "${format}"${alike(format, known) || ';'} Formats: ${known.join(', ')}`,
      );
    const { exportVersion } = await import('../data/datasets/export.ts');
    const { requireVersion } = await import('../data/datasets/find.ts');
    const out = resolve(String(options.out));
    return withExistingStore(context, (store) => {
      const { dataset, version } = requireVersion(store, reference);
      const { rows, leftOut, beside } = exportVersion(store, version.id, format, out);
      return { dataset: dataset.name, version: version.number, format, rows, left_out: leftOut, out, beside };
    });
  },
  show({ rows, left_out: leftOut, format, out, beside }: Exported, { print }) {
    print(`${rows} rows in ${out} (${format})${leftOut > 0 ? `; ${leftOut} left out: ties have no label` : ''}`);
    if (beside !== undefined) print(`and its entry in ${beside}`);
  },
});
