/** `plumb datasets filter`: the rows that pass, as a new version. */
import type { Filter } from '../../data/datasets/derive.ts';
import { defineCommand, UsageError, wholeNumber } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';
import { derivedDocument } from './documents.ts';

function margin(value: unknown): number {
  const number = Number(value);
  if (value !== '' && Number.isFinite(number)) return number;
  throw new UsageError(`--min-margin must be a number, found "${value}"`);
}

function label(value: unknown): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new UsageError(`--label must be true or false, found "${value}"`);
}

/** The filters that the options ask for; the count of rows comes last, so that it counts what the others keep. */
async function filtersOf(options: Readonly<Record<string, unknown>>): Promise<Filter[]> {
  const { filters } = await import('../../data/datasets/derive.ts');
  const wanted = (name: string, make: (value: unknown) => Filter) =>
    options[name] === undefined ? [] : [make(options[name])];
  const most = Number.MAX_SAFE_INTEGER;
  return [
    ...(options.ties === false ? [filters.noTies()] : []),
    ...(options.duplicates === false ? [filters.noDuplicates()] : []),
    ...wanted('minMargin', (value) => filters.minMargin(margin(value))),
    ...wanted('maxChars', (value) => filters.maxChars(wholeNumber(value, '--max-chars', 1, most))),
    ...wanted('contains', (value) => filters.contains(String(value))),
    ...wanted('without', (value) => filters.without(String(value))),
    ...wanted('annotator', (value) => filters.annotator(String(value))),
    ...wanted('label', (value) => filters.label(label(value))),
    ...wanted('limit', (value) => filters.first(wholeNumber(value, '--limit', 1, most))),
  ];
}

export const filter = defineCommand({
  id: 'filter',
  summary: 'Keep some rows of a dataset, as its next version or under another name.',
  examples: [
    'plumb datasets filter my-pairs --no-ties --no-duplicates',
    'plumb datasets filter my-pairs --min-margin 1 --max-chars 4000 --name clear-cases',
  ],
  configure(command) {
    command
      .argument('<dataset>', 'name (its newest version), name@2, or the id of a version')
      .option('--name <name>', 'dataset that gets the rows (default: the same one)')
      .option('--no-ties', 'leave ties out')
      .option('--no-duplicates', 'keep each row once')
      .option('--min-margin <x>', 'keep rows with at least this margin')
      .option('--max-chars <n>', 'keep rows whose prompt and longer answer have at most so many characters')
      .option('--contains <text>', 'keep rows that hold this text')
      .option('--without <text>', 'keep rows that do not hold this text')
      .option('--annotator <name>', 'keep rows of this annotator')
      .option('--label <bool>', 'keep rows with this label')
      .option('--limit <n>', 'keep the first so many of what is left');
  },
  async run([reference], options, context) {
    const chosen = await filtersOf(options);
    if (chosen.length === 0) throw new UsageError('say what to keep: --no-ties, --min-margin X, … (see --help)');
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { filterVersion } = await import('../../data/datasets/derive.ts');
    return withExistingStore(context, async (store) => {
      const found = requireVersion(store, reference);
      const onProgress = (done: number, total: number) => context.progress(done, total, 'row');
      const name = options.name === undefined ? undefined : String(options.name);
      const made = await filterVersion(store, found, chosen, { name, signal: context.signal, onProgress });
      return { ...derivedDocument(made), rows_before: found.version.rows };
    });
  },
  show(made: ReturnType<typeof derivedDocument> & { rows_before: number }, { print }) {
    print(
      `"${made.dataset}" version ${made.version}: ${made.rows} of ${made.rows_before} rows, ${made.prompts} prompts`,
    );
  },
});
