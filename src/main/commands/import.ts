/** `plumb import`: preference data from files into the workspace, or what that would do. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { counted } from '../../charts/numbers.ts';
import type { ColumnMapping, ImportPreview, ImportReport } from '../../preload/contract/datasets.ts';
import type { ImportOptions } from '../data/datasets/detect.ts';
import { type CommandContext, defineCommand, UsageError } from './command.ts';
import { rowDocument } from './datasets/documents.ts';
import { withExistingStore, withStore } from './workspace-store.ts';

const SHOWN = 20;

const oneMore = (word: string, before: readonly string[]): string[] => [...before, word];

export const importCommand = defineCommand({
  id: 'import',
  summary:
    'Read preference data (JSONL, JSON, CSV, TSV, Parquet, Arrow, XLSX; also gzip or zstandard) into the workspace.',
  examples: [
    'plumb import pairs.jsonl',
    'plumb import answers.csv --map prompt=question --map chosen=better --map rejected=worse --dry-run',
    'plumb import part-1.jsonl part-2.jsonl --name both --json -',
    'plumb import exported.jsonl --on-error skip',
  ],
  configure(command: Command) {
    command
      .argument('<files...>', 'one dataset; several files are its parts, also a folder of save_to_disk')
      .option('--name <name>', "the dataset's name (default: the file's); a name that exists gets a next version")
      .option('--format <format>', 'a format by name instead of the one that is recognised')
      .option('--map <field=column>', 'which column is what; nested: --map score_chosen=metadata.score', oneMore, [])
      .option('--as-found', 'forget what was chosen by --format and --map for earlier files with the same columns')
      .option(
        '--on-error <what>',
        'a row that does not fit: "stop" imports nothing, "skip" leaves such rows out and lists them',
        'stop',
      )
      .option('--dry-run', 'tell what would be imported, and write nothing');
  },
  async run(words, options, context) {
    const { suggestName } = await import('../data/datasets/import.ts');
    const { mappingField } = await import('../../preload/contract/datasets.ts');
    const isMapping = (word: string) =>
      (mappingField.options as readonly string[]).some((field) => word.startsWith(`${field}=`)) && !existsSync(word);
    const named = words.filter((word) => !isMapping(word));
    if (named[0] === undefined) throw new UsageError('name a file to import');
    const { filesAt } = await import('../data/datasets/dataset-folder.ts');
    const [first, ...others] = named.flatMap(filesAt);
    const request = await requestOf(options, words.filter(isMapping));
    const name = options.name === undefined ? suggestName(named[0]) : String(options.name);
    return options.dryRun
      ? checked(await dryRun([first, ...others], request, context), name)
      : store([first, ...others], request, name, context);
  },
  show(document: ReturnType<typeof stored> | ReturnType<typeof checked>, { print }) {
    for (const line of linesOf(document)) print(line);
  },
});

function linesOf(document: ReturnType<typeof stored> | ReturnType<typeof checked>): string[] {
  const { refused, refused_total: total } = document;
  const became = document.version === null ? 'would become' : `became version ${document.version} of`;
  const more = total > SHOWN ? [`  … ${total - SHOWN} more (--json lists up to 200)`] : [];
  return [
    `${document.rows_accepted} of ${document.rows_read} rows ${became} "${document.dataset}": ${document.kind}, read as ${document.format}`,
    `${counted(document.pairs, 'pair')}, ${document.unpaired} unpaired, ${counted(document.prompts, 'prompt')}, ${counted(document.ties, 'tie')}, ${counted(document.duplicates, 'duplicate')} (kept)`,
    ...('reason' in document ? howItWasRead(document) : []),
    ...(total > 0 ? [`${total} refused:`] : []),
    ...refused.slice(0, SHOWN).map(({ file, line, row, reason }) => {
      const place = line === null ? `row ${row}` : `line ${line}`;
      return `  ${file === undefined ? '' : `${file}, `}${place}: ${reason}`;
    }),
    ...more,
  ];
}

const howItWasRead = (found: ReturnType<typeof checked>): string[] => [
  found.remembered === null
    ? `because ${found.reason}`
    : `as chosen for ${found.remembered}, which has the same columns; --as-found reads it as it is found`,
  ...restOfReading(found),
];

const restOfReading = ({ alternatives, mapping, columns }: ReturnType<typeof checked>): string[] => [
  ...alternatives.map(({ format, reason: why }) => `  or --format ${format}: ${why}`),
  ...Object.entries(mapping).map(([field, column]) => `  --map ${field}=${column}`),
  `columns: ${columns.map((c) => c.name).join(', ')}`,
];

async function requestOf(options: Readonly<Record<string, unknown>>, more: readonly string[]): Promise<ImportOptions> {
  const { formats } = await import('../data/formats/index.ts');
  const { alike } = await import('../base/registry.ts');
  const format = options.format === undefined ? undefined : String(options.format);
  if (format !== undefined && !formats.has(format)) {
    const known = formats.all.map((f) => f.id);
    throw new UsageError(`unknown format "${format}"${alike(format, known) || ';'} Formats: ${known.join(', ')}`);
  }
  const mapping = await mappingOf([...(options.map as string[]), ...more]);
  if (format !== undefined) await checkFields(format, mapping);
  const asFound = options.asFound === true;
  if (asFound && (format !== undefined || Object.keys(mapping).length > 0))
    throw new UsageError('--as-found reads a file without --format and --map');
  const onError = String(options.onError);
  if (onError !== 'stop' && onError !== 'skip')
    throw new UsageError(`--on-error ${onError}: "stop" or "skip" was expected`);
  return { format, mapping, asFound, leaveOut: onError === 'skip' };
}

/** A workspace that is there may know the columns; one is not made for that. */
async function dryRun(paths: readonly [string, ...string[]], request: ImportOptions, context: CommandContext) {
  const { checkImport } = await import('../data/datasets/import.ts');
  const { findMapping } = await import('../data/store/column-mappings.ts');
  return withExistingStore(context, (store) =>
    checkImport(paths, { ...request, recall: (signature) => findMapping(store, signature) }, context.signal),
  );
}

/** FIELD=COLUMN, each after a --map of its own or several after one; a column may hold "=" itself. */
async function mappingOf(words: readonly string[]): Promise<ColumnMapping> {
  const { mappingField } = await import('../../preload/contract/datasets.ts');
  const { alike } = await import('../base/registry.ts');
  const mapping: Record<string, string> = {};
  for (const word of words) {
    const [, field, column] = /^([^=]+)=(.+)$/s.exec(word) ?? [];
    if (field === undefined)
      throw new UsageError(`--map ${word}: FIELD=COLUMN was expected, as in --map prompt=question`);
    const known: readonly string[] = mappingField.options;
    if (!known.includes(field))
      throw new UsageError(
        `--map ${word}: unknown field "${field}"${alike(field, known) || ';'} Fields: ${known.join(', ')}`,
      );
    if (field in mapping) throw new UsageError(`--map ${word}: ${field} is mapped twice`);
    mapping[field] = column;
  }
  return mapping;
}

async function checkFields(format: string, mapping: ColumnMapping): Promise<void> {
  const { formats } = await import('../data/formats/index.ts');
  const { fields } = formats.get(format);
  const unused = Object.keys(mapping).find((field) => !(fields as readonly string[]).includes(field));
  if (unused !== undefined)
    throw new UsageError(`the format ${format} has no field "${unused}"; it has ${fields.join(', ')}`);
}

async function store(
  paths: readonly [string, ...string[]],
  request: ImportOptions,
  name: string,
  context: CommandContext,
) {
  const { importFiles } = await import('../data/datasets/import.ts');
  const onProgress = ({ bytesRead, bytesTotal }: { bytesRead: number; bytesTotal: number }) =>
    context.progress(bytesRead, bytesTotal, 'bytes');
  return withStore(context, async (store) => {
    const { getDataset } = await import('../data/store/datasets.ts');
    const report = await importFiles(store, paths, { ...request, name, onProgress, signal: context.signal });
    return stored(report, getDataset(store, report.datasetId)?.kind ?? '');
  });
}

interface Counts
  extends Pick<ImportReport, 'rowsRead' | 'rowsAccepted' | 'pairs' | 'unpaired' | 'prompts'>,
    Pick<ImportReport, 'ties' | 'duplicates' | 'identical' | 'refusedTotal' | 'refused'> {}

/** Counts in the words of the command line. */
const countsOf = (counts: Counts) => ({
  rows_read: counts.rowsRead,
  rows_accepted: counts.rowsAccepted,
  pairs: counts.pairs,
  unpaired: counts.unpaired,
  prompts: counts.prompts,
  ties: counts.ties,
  duplicates: counts.duplicates,
  identical: counts.identical,
  refused_total: counts.refusedTotal,
  refused: counts.refused.map(({ file, line, row, reason, found }) => ({ file, line, row, reason, found })),
});

const stored = (report: ImportReport, kind: string) => ({
  dataset: report.dataset,
  version: report.version,
  kind,
  format: report.format,
  ...countsOf(report),
});

const checked = (preview: ImportPreview, name: string) => ({
  dataset: name,
  version: null,
  dry_run: true,
  kind: preview.kind,
  format: preview.format.id,
  reason: preview.format.reason,
  alternatives: preview.alternatives.map(({ id, score, reason }) => ({ format: id, score, reason })),
  mapping: preview.mapping,
  remembered: preview.remembered,
  columns: preview.columns,
  ...countsOf(preview),
  rows: preview.rows.map(rowDocument),
});
