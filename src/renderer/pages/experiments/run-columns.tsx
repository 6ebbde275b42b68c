/** Columns of the runs table: what they show, and by what they are sorted. */
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'wouter';
import { methodLook } from '../../../charts/method-looks.ts';
import { ago, compact, duration, fixed, MISSING, percent, shown, signed } from '../../../charts/numbers.ts';
import type { RunSummary } from '../../../preload/contract/index.ts';
import type { Column } from '../../components/data-table.tsx';
import { MethodMark, Status, Tag } from '../../components/labels.tsx';
import { accuracyOf, goldOf, klOf, lengthOf, lossOf, marginOf, secondsOf, summaryWarnings } from './run-values.ts';

export interface RunColumn extends Column<RunSummary> {
  /** Sorted and exported by it. */
  readonly value: (run: RunSummary) => string | number | null;
}

const dash = (text: string) => (text === MISSING ? <span className="pl-3">{text}</span> : text);
const quiet = (text: string | null) => (text === null ? dash(MISSING) : <span className="pl-2">{text}</span>);

function NameCell({ run }: { run: RunSummary }) {
  const warnings = summaryWarnings(run);
  return (
    <>
      <Link href={`/runs/${run.id}`} className="pl-name" tabIndex={-1}>
        {run.name}
      </Link>
      {warnings.length > 0 && (
        <span
          className="pl-run-warning"
          role="img"
          aria-label={`Warning: ${warnings.join(' ')}`}
          title={warnings.join('\n')}
        >
          <IconAlertTriangle size={14} stroke={1.6} aria-hidden="true" />
        </span>
      )}
    </>
  );
}

const progress = (run: RunSummary) =>
  run.status === 'running' && run.maxSteps > 0 ? percent(run.step / run.maxSteps, 0) : undefined;

const number = (
  id: string,
  head: string,
  width: string,
  value: (run: RunSummary) => number | null,
  text: (value: number | null) => string,
): RunColumn => ({ id, head, width, end: true, sortable: true, value, cell: (run) => dash(text(value(run))) });

export const RUN_COLUMNS: readonly RunColumn[] = [
  {
    id: 'run',
    head: 'Run',
    width: 'minmax(170px, 1.7fr)',
    sortable: true,
    value: (run) => run.name,
    title: (run) => run.name,
    cell: (run) => <NameCell run={run} />,
  },
  {
    id: 'method',
    head: 'Method',
    width: 'minmax(112px, 1fr)',
    sortable: true,
    value: (run) => methodLook(run.method).title,
    cell: (run) => <MethodMark method={run.method} />,
  },
  {
    id: 'model',
    head: 'Model',
    width: 'minmax(90px, 1fr)',
    sortable: true,
    value: (run) => run.model,
    title: (run) => run.model ?? '',
    cell: (run) => quiet(run.model),
  },
  {
    id: 'data',
    head: 'Data',
    width: 'minmax(90px, 1fr)',
    sortable: true,
    value: (run) => run.dataset,
    title: (run) => run.dataset ?? '',
    cell: (run) => quiet(run.dataset),
  },
  {
    id: 'status',
    head: 'Status',
    width: '126px',
    sortable: true,
    value: (run) => run.status,
    title: (run) => run.error ?? '',
    cell: (run) => (
      <Status status={run.status} ratings={run.ratingsWaiting}>
        {progress(run)}
      </Status>
    ),
  },
  number('gold', 'Gold', '64px', goldOf, (value) => fixed(value, 2)),
  number('loss', 'Loss', '68px', lossOf, compact),
  number('margin', 'Margin', '74px', marginOf, signed),
  number('accuracy', 'Accuracy', '80px', accuracyOf, (value) => percent(value, 0)),
  number('kl', 'KL', '56px', klOf, (value) => fixed(value, 1)),
  number('length', 'Length', '68px', lengthOf, (value) => fixed(value, 0)),
  number('duration', 'Duration', '104px', secondsOf, duration),
  {
    id: 'created',
    head: 'Created',
    width: '100px',
    end: true,
    sortable: true,
    value: (run) => run.createdAt,
    cell: (run) => quiet(ago(run.createdAt)),
  },
  {
    id: 'tags',
    head: 'Tags',
    width: 'minmax(90px, 1fr)',
    sortable: true,
    value: (run) => run.tags.join(', ') || null,
    title: (run) => run.tags.join(', '),
    cell: (run) =>
      run.tags.length === 0
        ? dash(MISSING)
        : run.tags.map((tag) => (
            <span key={tag} className="pl-run-tag">
              <Tag>{tag}</Tag>
            </span>
          )),
  },
  {
    id: 'notes',
    head: 'Notes',
    width: 'minmax(100px, 1.2fr)',
    sortable: true,
    value: (run) => run.notes || null,
    title: (run) => run.notes,
    cell: (run) => quiet(run.notes || null),
  },
];

/** Values of options that are shown, by run. */
export type OptionValues = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** As the design has them. */
export const DEFAULT_COLUMNS = [
  'run',
  'method',
  'data',
  'option:beta',
  'option:seed',
  'status',
  'gold',
  'kl',
  'length',
  'duration',
];
/** Short heads of options that are known by a letter. */
const HEADS: Readonly<Record<string, string>> = { beta: 'β', seed: 'Seed' };

function optionColumn(key: string, options: OptionValues): RunColumn {
  const value = (run: RunSummary) => {
    const found = options.get(run.id)?.[key];
    return typeof found === 'number' || typeof found === 'string'
      ? found
      : found == null
        ? null
        : JSON.stringify(found);
  };
  const head = HEADS[key] ?? key;
  return {
    id: `option:${key}`,
    head,
    width: `${Math.min(150, Math.max(56, 24 + 7 * head.length))}px`,
    end: true,
    sortable: true,
    value,
    title: (run) => String(value(run) ?? ''),
    cell: (run) => quiet(value(run) === null ? null : shown(value(run))),
  };
}

/** The column of an id: one of the table's own, an option ("option:beta") or a metric ("metric:loss"); undefined for an id of another time. */
export function columnOf(id: string, options: OptionValues): RunColumn | undefined {
  if (id.startsWith('option:')) return optionColumn(id.slice('option:'.length), options);
  if (!id.startsWith('metric:')) return RUN_COLUMNS.find((column) => column.id === id);
  const name = id.slice('metric:'.length);
  return number(id, name, `${Math.min(200, 24 + 7 * name.length)}px`, (run) => run.latest[name] ?? null, compact);
}

/** Missing values last, whatever the direction. */
export function compareRuns(
  a: RunSummary,
  b: RunSummary,
  column: string,
  descending: boolean,
  options: OptionValues = new Map(),
): number {
  const value = columnOf(column, options)?.value ?? (() => null);
  const [x, y] = [value(a), value(b)];
  if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
  const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
  return descending ? -order : order;
}

/** The table as CSV, raw values. */
export function runsCsv(runs: readonly RunSummary[], columns: readonly RunColumn[] = RUN_COLUMNS): string {
  const quote = (value: string | number | null) => {
    const text = String(value ?? '');
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns.map(({ id }) => id), ...runs.map((run) => columns.map(({ value }) => value(run)))];
  return lines.map((line) => `${line.map(quote).join(',')}\n`).join('');
}
