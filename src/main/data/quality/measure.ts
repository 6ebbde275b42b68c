/** Makes the quality report of a version: every row goes through every check once. */
import type { QualityFinding, QualityReport, QualitySettings } from '../../../preload/contract/dataset-quality.ts';
import type { CheckRows } from '../store/quality.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import type { Collector, Found, QualityCheck, QualityContext } from './check.ts';
import { qualityChecks } from './index.ts';
import { rowOf } from './rows.ts';
import { type QualitySource, rowsGone } from './source.ts';

export interface MeasureOptions {
  /** Of `settings.model`; null counts no tokens. */
  readonly tokenizer: Tokenizer | null;
  /** Lets others run; throws to end the work. `what`: "rows read", or the check that is being finished. */
  pulse(done: number, total: number, what: string): Promise<void>;
}

export interface Measured {
  readonly report: QualityReport;
  readonly rows: CheckRows;
}

/** What is done first; then come the checks, one after the other. */
export const ROWS_READ = 'rows read';

/** Rows between two pulses. */
const TURN = 200;

interface Running {
  readonly check: QualityCheck;
  readonly collector: Collector;
}

/** Throws what `pulse` throws, and StoreError `not_found` when the version went away meanwhile. */
export async function measureQuality(
  source: QualitySource,
  settings: QualitySettings,
  { tokenizer, pulse }: MeasureOptions,
): Promise<Measured> {
  const started = performance.now();
  const { kind, count: rows, others } = source;
  const context: QualityContext = {
    settings,
    kind,
    rows,
    tokenizer,
    rowAt: source.rowAt,
    everyRow: source.rows,
    others,
  };
  const running = qualityChecks.all.flatMap((check): Running[] => {
    const collector = check.start(context);
    return collector ? [{ check, collector }] : [];
  });
  let done = 0;
  for (const pair of source.rows()) {
    const row = rowOf(pair);
    for (const { collector } of running) collector.add(row);
    if (++done % TURN === 0) await pulse(done, rows, ROWS_READ);
  }
  if (done !== rows) throw rowsGone(source.name);
  const results: [QualityCheck, Found][] = [];
  for (const { check, collector } of running) {
    results.push([check, await finished(collector, () => pulse(results.length, running.length, check.title))]);
    await pulse(results.length, running.length, check.title);
  }
  const seconds = (performance.now() - started) / 1000;
  return assemble(results, { settings, rows, madeAt: new Date().toISOString(), seconds });
}

async function finished(collector: Collector, pulse: () => Promise<void>): Promise<Found> {
  const steps = collector.finish();
  if (!(Symbol.iterator in steps)) return steps;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await pulse();
  }
}

type Head = Pick<QualityReport, 'settings' | 'rows' | 'madeAt' | 'seconds'>;

function assemble(results: readonly [QualityCheck, Found][], head: Head): Measured {
  const rows = new Map<string, Int32Array>();
  const findings = results.flatMap(([{ id, title }, found]): QualityFinding[] => {
    const { meaning = '', warns = false, of = 0, skipped = null } = found;
    if (skipped !== null) return [{ id, title, count: 0, share: 0, meaning: '', warns: false, skipped }];
    if (found.rows === undefined) return [];
    const numbers = Int32Array.from(found.rows);
    rows.set(id, numbers);
    const count = numbers.length;
    return [{ id, title, count, share: of === 0 ? 0 : count / of, meaning, warns: warns && count > 0, skipped }];
  });
  const weight = ({ warns, count, skipped }: QualityFinding) => (skipped !== null ? -1 : warns ? 1 + count : 0);
  const report: QualityReport = {
    ...head,
    findings: findings.toSorted((a, b) => weight(b) - weight(a)),
    baselines: results.flatMap(([{ id, title }, { baseline }]) => (baseline ? [{ id, title, ...baseline }] : [])),
    histograms: results.flatMap(([{ id, title }, { histogram }]) => (histogram ? [{ id, title, ...histogram }] : [])),
  };
  return { report, rows };
}
