/**
 * Holds what `plumb models export` writes against the programs it is written for. Not part of the tests: it needs, in a folder PEERS,
 * `venv` (a Python environment with transformers, peft, torch and onnxruntime) and `node` (a package with node-llama-cpp and @huggingface/transformers).
 * Without models named it makes small ones of every family, with adapters of every kind and score heads. Ends with a table of family by export.
 *
 * usage: node scripts/check-exports.ts PEERS [--only TEXT] [MODEL…]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { markdownTable } from '../src/main/base/markup.ts';
import { exportModel } from '../src/main/exports/export-model.ts';
import { exportFormats } from '../src/main/exports/index.ts';
import { CHECKS, type Check } from './check-exports/checks.ts';
import { type Found, type Job, readAll } from './check-exports/readers.ts';
import { type Expected, madeSubjects, openSubject, type Subject, TEXTS } from './check-exports/subjects.ts';

interface Pending {
  readonly job: Job;
  readonly check: Check;
  readonly subject: Subject;
  readonly expected: Expected;
}

const words = process.argv.slice(2);
const at = words.indexOf('--only');
const [only] = at < 0 ? [''] : words.splice(at, 2).slice(1);
const [peersArgument, ...models] = words;
if (peersArgument === undefined) {
  console.error('usage: node scripts/check-exports.ts PEERS [--only TEXT] [MODEL…]');
  process.exit(2);
}
const peers = resolve(peersArgument);
const folder = mkdtempSync(join(tmpdir(), 'plumb-check-exports-'));
/** Column → family → largest deviation, or why there is none. */
const table = new Map<string, Map<string, string>>();
let failed = 0;

function report(subject: Subject, check: Check, good: boolean, text: string, deviation?: number): void {
  if (!good) failed++;
  console.log(`${good ? 'pass' : 'FAIL'}  ${subject.name} as ${check.id}: ${text}`);
  const column = table.get(check.id) ?? new Map<string, string>();
  const cell = deviation === undefined ? (good ? 'refused' : 'FAIL') : deviation.toExponential(1);
  const before = column.get(subject.family);
  const isWorse = before === undefined || Number.isNaN(Number(before)) || Number(before) < Number(cell) || !good;
  if (isWorse) column.set(subject.family, cell);
  table.set(check.id, column);
}

async function written(subject: Subject): Promise<Pending[]> {
  const source = subject.source();
  const expected = await subject.expected(source);
  const pending: Pending[] = [];
  for (const check of CHECKS.filter(({ kinds }) => kinds.includes(subject.kind))) {
    const out = join(folder, `${subject.name}-${check.id}`.replace(/[^\w.-]+/g, '-'));
    try {
      const { format, type } = check;
      const rest = { out, run: null, base: null, basePath: null };
      await exportModel(source, { format: exportFormats.get(format), type, ...rest });
      const job = { key: out, kind: check.kind, folder: out, base: subject.base, ids: expected.ids, texts: TEXTS };
      pending.push({ job, check, subject, expected });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      report(subject, check, subject.refused?.test(why) ?? false, why);
    }
  }
  return pending;
}

const sameRows = (a: readonly unknown[] | undefined, b: readonly unknown[]): number =>
  b.filter((row, i) => JSON.stringify(row) === JSON.stringify(a?.[i])).length;

function furthest(found: readonly (readonly (number | null)[])[], expected: readonly ArrayLike<number>[]): number {
  let worst = found.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  found.forEach((row, i) => {
    if (row.length !== expected[i]?.length) worst = Number.POSITIVE_INFINITY;
    row.forEach((x, t) => {
      worst = Math.max(worst, x === null ? Number.POSITIVE_INFINITY : Math.abs(x - expected[i][t]));
    });
  });
  return worst;
}

function compare({ check, subject, expected }: Pending, found: Found): void {
  if (found.error !== undefined || !found.values) {
    report(subject, check, false, found.error ?? 'nothing was read');
    return;
  }
  const worst = furthest(found.values, expected.values);
  const ids = sameRows(found.ids, expected.ids);
  const texts = found.greedy ? sameRows(found.greedy, expected.greedy) : TEXTS.length;
  const good = worst <= check.tolerance && ids === TEXTS.length && texts === TEXTS.length;
  const greedy = found.greedy ? `, greedy answers of ${texts}` : '';
  report(
    subject,
    check,
    good,
    `within ${worst.toPrecision(2)}, ids of ${ids}${greedy} of ${TEXTS.length} texts`,
    worst,
  );
}

const subjects = models.length > 0 ? models.map((path) => openSubject(resolve(path))) : await madeSubjects(folder);
const pending: Pending[] = [];
for (const subject of subjects.filter(({ name }) => name.includes(only))) pending.push(...(await written(subject)));
for (const reader of new Set(pending.map(({ check }) => check.reader))) {
  const own = pending.filter(({ check }) => check.reader === reader);
  const found = readAll(
    reader,
    peers,
    own.map(({ job }) => job),
  );
  for (const each of own) compare(each, found.get(each.job.key) ?? { error: 'the reader did not come to it' });
}
rmSync(folder, { recursive: true, force: true });
const columns = CHECKS.map(({ id }) => id).filter((id) => table.has(id));
const families = [...new Set(columns.flatMap((id) => [...(table.get(id)?.keys() ?? [])]))];
console.log(
  `\n${markdownTable(
    ['', ...columns],
    families.map((family) => [family, ...columns.map((id) => table.get(id)?.get(family) ?? '')]),
  )}`,
);
console.log(failed === 0 ? 'all passed' : `${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
