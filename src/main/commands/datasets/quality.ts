/** `plumb datasets quality`: the quality report of a version, as the page shows it. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { QualityReport } from '../../../preload/contract/dataset-quality.ts';
import { type CommandContext, defineCommand, UsageError, wholeNumber } from '../command.ts';
import { modelPath } from '../model-options.ts';
import { numberOption } from '../number-options.ts';
import { tableLines } from '../table.ts';
import { withExistingStore } from '../workspace-store.ts';

const MOST_TOKENS = 1_000_000;

function settingsOf(options: Readonly<Record<string, unknown>>) {
  const threshold = numberOption(options.threshold, 'threshold', 0.5);
  if (threshold > 1) throw new UsageError(`--threshold must be at most 1, found "${options.threshold}"`);
  return {
    model: options.model === undefined ? null : String(options.model),
    maxLength: wholeNumber(options.maxLength, '--max-length', 1, MOST_TOKENS),
    threshold,
    against: (options.against as string[] | undefined) ?? [],
  };
}

async function tokenizerOf(model: string | null, context: CommandContext) {
  if (model === null) return null;
  const { openTokenizer } = await import('../../train/load-model.ts');
  return openTokenizer(await modelPath(model, context)).tokenizer;
}

/** The report in the words of the command line. */
const document = (dataset: string, version: number, report: QualityReport) => ({
  dataset,
  version,
  rows: report.rows,
  made_at: report.madeAt,
  seconds: report.seconds,
  settings: {
    model: report.settings.model,
    max_length: report.settings.maxLength,
    threshold: report.settings.threshold,
    against: report.settings.against,
  },
  checks: report.findings,
  baselines: report.baselines,
  histograms: report.histograms,
});

export const quality = defineCommand({
  id: 'quality',
  summary: 'Look for duplicates, contradictions, leaked prompts, personal data and easy tells in a dataset.',
  examples: [
    'plumb datasets quality my-pairs',
    'plumb datasets quality my-pairs@1 --max-length 256 --json -',
    'plumb datasets quality my-pairs --check contradictions --json rows.json',
  ],
  configure(command) {
    command
      .argument('<dataset>', 'name (its newest version), name@2, or the id of a version')
      .option('--model <name>', 'model whose tokenizer counts (default: no token counts)')
      .option('--max-length <n>', 'tokens of prompt and answer that training keeps', '512')
      .option('--threshold <x>', 'Jaccard similarity of near duplicates', '0.85')
      .option('--against <dataset...>', 'datasets whose prompts must not stand in this one')
      .option('--check <id>', 'the rows that this check found instead of the report');
  },
  async run([reference], options, context) {
    const settings = settingsOf(options);
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { measureQuality, ROWS_READ } = await import('../../data/quality/measure.ts');
    const { storedSource } = await import('../../data/quality/source.ts');
    const { saveQuality } = await import('../../data/store/quality.ts');
    const tokenizer = await tokenizerOf(settings.model, context);
    return withExistingStore(context, async (store) => {
      const found = requireVersion(store, reference);
      const pulse = async (done: number, total: number, what: string) => {
        // the time so far tells only of rows
        context.progress(done, total, what, what === ROWS_READ ? null : Number.NaN);
        await othersTurn();
        context.signal.throwIfAborted();
      };
      const { report, rows } = await measureQuality(storedSource(store, found, settings), settings, {
        tokenizer,
        pulse,
      });
      saveQuality(store, found.version.id, report, rows);
      const shown = document(found.dataset.name, found.version.number, report);
      if (options.check === undefined) return shown;
      const numbers = rows.get(String(options.check));
      if (!numbers)
        throw new UsageError(`--check must be one of ${[...rows.keys()].join(', ')}; found "${options.check}"`);
      return { dataset: shown.dataset, version: shown.version, check: options.check, rows: [...numbers] };
    });
  },
  show(shown: ReturnType<typeof document> | { readonly check: string; readonly rows: readonly number[] }, { print }) {
    if ('check' in shown) {
      print(`${shown.check}: ${shown.rows.length} rows`);
      for (const row of shown.rows) print(String(row));
      return;
    }
    print(`${shown.dataset}@${shown.version}: ${shown.rows} rows, looked at in ${shown.seconds.toFixed(1)} s`);
    const lines = shown.checks.map((each) => [
      each.warns ? '!' : '',
      each.title,
      each.skipped === null ? each.count : null,
      each.skipped === null ? `${(100 * each.share).toFixed(1)}%` : '–',
    ]);
    // what it means is longer than a cell
    const meanings = ['WHAT IT MEANS', ...shown.checks.map(({ skipped, meaning }) => skipped ?? meaning)];
    const table = tableLines(['', 'CHECK', 'ROWS', 'SHARE'], lines);
    const width = Math.max(...table.map((line) => line.length));
    table.forEach((line, i) => {
      print(`${line.padEnd(width)}  ${meanings[i]}`);
    });
    for (const { title, accuracy, interval, n } of shown.baselines)
      print(
        accuracy === null || interval === null
          ? `${title}: not measured, ${n} pairs`
          : `${title}: ${(100 * accuracy).toFixed(1)}% right [${interval.map((x) => (100 * x).toFixed(1)).join(', ')}] of ${n} pairs`,
      );
    for (const { title, unit, series } of shown.histograms)
      print(`${title}, median ${unit}: ${series.map(({ name, median }) => `${name} ${median ?? '–'}`).join(', ')}`);
  },
});
