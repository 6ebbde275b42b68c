/** `plumb datasets filter`: the rows that pass, as a new version. */
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

/** The operation's parameters that the options ask for. */
function paramsOf(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const most = Number.MAX_SAFE_INTEGER;
  const read: Readonly<Record<string, readonly [param: string, read: (value: unknown) => unknown]>> = {
    minMargin: ['min_margin', margin],
    maxChars: ['max_chars', (value) => wholeNumber(value, '--max-chars', 1, most)],
    contains: ['contains', String],
    without: ['without', String],
    annotator: ['annotator', String],
    label: ['label', label],
    limit: ['limit', (value) => wholeNumber(value, '--limit', 1, most)],
  };
  const given = Object.entries(read).flatMap(([option, [param, of]]): [string, unknown][] =>
    options[option] === undefined ? [] : [[param, of(options[option])]],
  );
  const left = ['ties', 'duplicates'].flatMap((each): [string, unknown][] =>
    options[each] === false ? [[each, false]] : [],
  );
  return Object.fromEntries([...left, ...given]);
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
    const params = paramsOf(options);
    if (Object.keys(params).length === 0)
      throw new UsageError('say what to keep: --no-ties, --min-margin X, … (see --help)');
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { deriveVersions } = await import('../../data/datasets/derive.ts');
    return withExistingStore(context, async (store) => {
      const found = requireVersion(store, reference);
      const onProgress = (done: number, total: number) => context.progress(done, total, 'row');
      const names = options.name === undefined ? undefined : [String(options.name)];
      const request = { operation: 'filter', params, names };
      const [made] = await deriveVersions(store, [found], request, { signal: context.signal, onProgress });
      return { ...derivedDocument(made), rows_before: found.version.rows };
    });
  },
  show(made: ReturnType<typeof derivedDocument> & { rows_before: number }, { print }) {
    print(
      `"${made.dataset}" version ${made.version}: ${made.rows} of ${made.rows_before} rows, ${made.prompts} prompts`,
    );
  },
});
