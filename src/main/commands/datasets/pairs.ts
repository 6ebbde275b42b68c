/** `plumb datasets pairs`: rows of a version. */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';
import { defineCommand, wholeNumber } from '../command.ts';
import { oneLine } from '../table.ts';
import { withExistingStore } from '../workspace-store.ts';
import { rowDocument } from './documents.ts';

const MOST = 1_000_000;
const WIDTH = 110;

const text = (value: TextOrChat): string =>
  oneLine(typeof value === 'string' ? value : value.map((m) => `${m.role}: ${m.content}`).join(' · '), WIDTH);

interface Page {
  readonly total: number;
  readonly rows: readonly ReturnType<typeof rowDocument>[];
}

export const pairs = defineCommand({
  id: 'pairs',
  summary: 'Rows of a dataset, with where they came from.',
  examples: [
    'plumb datasets pairs my-pairs --limit 5',
    'plumb datasets pairs my-pairs@1 --offset 1000 --json rows.json',
  ],
  configure(command) {
    command
      .argument('<dataset>', 'name (its newest version), name@2, or the id of a version')
      .option('--offset <n>', 'first row, counted from 0', '0')
      .option('--limit <n>', 'how many rows', '20');
  },
  async run([reference], options, context) {
    const offset = wholeNumber(options.offset, '--offset', 0, Number.MAX_SAFE_INTEGER);
    const limit = wholeNumber(options.limit, '--limit', 0, MOST);
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { readPairs } = await import('../../data/store/pairs.ts');
    return withExistingStore(context, (store) => {
      const { dataset, version } = requireVersion(store, reference);
      const rows = readPairs(store, version.id, offset, limit).map(rowDocument);
      return { dataset: dataset.name, version: version.number, total: version.rows, offset, rows };
    });
  },
  show({ total, rows }: Page, { print }) {
    for (const row of rows) {
      print(`#${row.index} ${row.file}${row.line === null ? '' : `:${row.line}`}${row.tie ? ' (tie)' : ''}`);
      for (const name of ['prompt', 'chosen', 'rejected', 'completion'] as const) {
        const value = row[name];
        if (value !== undefined) print(`  ${name.padEnd(10)} ${text(value)}`);
      }
      if (row.label !== undefined) print(`  label      ${row.label}`);
    }
    print(`${rows.length} of ${total} rows`);
  },
});
