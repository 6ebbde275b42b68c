/** Experiments: every run in one table, grouped by what was started together. */
import { TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { type Column, DataTable, type Sort } from '../../components/data-table.tsx';
import { MethodMark, Status } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { methodLook } from '../../methods.ts';
import { ago, compact, counted, duration, fixed, MISSING, percent, signed } from '../../numbers.ts';
import { klOf, lossOf, marginOf, secondsOf } from './run-values.ts';

interface RunColumn extends Column<RunSummary> {
  readonly value: (run: RunSummary) => string | number | null;
}

const dash = (text: string) => (text === MISSING ? <span className="pl-3">{text}</span> : text);

const RUN_COLUMNS: readonly RunColumn[] = [
  {
    id: 'run',
    head: 'Run',
    width: 'minmax(150px, 1.6fr)',
    value: (run) => run.name,
    title: (run) => run.name,
    cell: (run) => (
      <Link href={`/runs/${run.id}`} className="pl-name" tabIndex={-1}>
        {run.name}
      </Link>
    ),
  },
  {
    id: 'method',
    head: 'Method',
    width: 'minmax(116px, 1fr)',
    value: (run) => methodLook(run.method).title,
    cell: (run) => <MethodMark method={run.method} />,
  },
  {
    id: 'model',
    head: 'Model',
    width: 'minmax(100px, 1fr)',
    value: (run) => run.model,
    title: (run) => run.model ?? '',
    cell: (run) => <span className="pl-2">{run.model ?? MISSING}</span>,
  },
  {
    id: 'data',
    head: 'Data',
    width: 'minmax(100px, 1fr)',
    value: (run) => run.dataset,
    title: (run) => run.dataset ?? '',
    cell: (run) => <span className="pl-2">{run.dataset ?? MISSING}</span>,
  },
  {
    id: 'status',
    head: 'Status',
    width: '132px',
    value: (run) => run.status,
    title: (run) => run.error ?? '',
    cell: (run) => (
      <Status status={run.status}>
        {run.status === 'running' && run.maxSteps > 0 ? percent(run.step / run.maxSteps, 0) : undefined}
      </Status>
    ),
  },
  { id: 'loss', head: 'Loss', width: '76px', end: true, value: lossOf, cell: (run) => dash(compact(lossOf(run))) },
  {
    id: 'margin',
    head: 'Margin',
    width: '80px',
    end: true,
    value: marginOf,
    cell: (run) => dash(signed(marginOf(run))),
  },
  { id: 'kl', head: 'KL', width: '64px', end: true, value: klOf, cell: (run) => dash(fixed(klOf(run), 1)) },
  {
    id: 'duration',
    head: 'Duration',
    width: '112px',
    end: true,
    value: secondsOf,
    cell: (run) => <span className="pl-2">{dash(duration(secondsOf(run)))}</span>,
  },
  {
    id: 'added',
    head: 'Created',
    width: '104px',
    end: true,
    value: (run) => run.createdAt,
    cell: (run) => <span className="pl-2">{ago(run.createdAt)}</span>,
  },
];
const COLUMNS = RUN_COLUMNS.map((column) => ({ ...column, sortable: true }));

/** Missing values last, whatever the direction. */
function compare(a: RunSummary, b: RunSummary, sort: Sort): number {
  const column = COLUMNS.find(({ id }) => id === sort.column);
  const [x, y] = [column?.value(a) ?? null, column?.value(b) ?? null];
  if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
  const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
  return sort.descending ? -order : order;
}

/** Runs of one group stand together; groups follow the newest of their runs; inside a group the sort decides. */
export function arrange(runs: readonly RunSummary[], sort: Sort): readonly RunSummary[] {
  const groups = new Map<string, RunSummary[]>();
  const newest = [...runs].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  for (const run of newest) groups.set(run.group ?? '', [...(groups.get(run.group ?? '') ?? []), run]);
  return [...groups.values()].flatMap((group) => group.sort((a, b) => compare(a, b, sort)));
}

function facts(runs: readonly RunSummary[]): string {
  const running = runs.filter((run) => run.status === 'running').length;
  const queued = runs.filter((run) => run.status === 'queued').length;
  return `${running} running, ${queued} queued, ${runs.length - running - queued} others`;
}

function RunTable({ runs, asked }: { runs: readonly RunSummary[]; asked: string }) {
  const [, navigate] = useLocation();
  const [sort, setSort] = useState<Sort>({ column: 'added', descending: true });
  const [selected, select] = useState<number | null>(null);
  const question = asked.toLowerCase();
  const rows = useMemo(
    () =>
      arrange(
        runs.filter((run) =>
          `${run.name} ${run.method} ${run.model ?? ''} ${run.dataset ?? ''} ${run.group ?? ''}`
            .toLowerCase()
            .includes(question),
        ),
        sort,
      ),
    [runs, question, sort],
  );
  const grouped = rows.some((run) => run.group !== null);
  const groupBefore = useCallback(
    (index: number) => {
      if (!grouped || (index > 0 && rows[index].group === rows[index - 1].group)) return null;
      const size = rows.filter((run) => run.group === rows[index].group).length;
      return (
        <>
          <span className="pl-strong">{rows[index].group ?? 'Uncategorised'}</span>{' '}
          <span className="pl-3">{counted(size, 'run')}</span>
        </>
      );
    },
    [rows, grouped],
  );
  if (rows.length === 0)
    return <EmptyState title={`No run matches "${asked}".`}>Names, methods, models and data are searched.</EmptyState>;
  return (
    <DataTable
      label="Runs"
      columns={COLUMNS}
      count={rows.length}
      row={(index) => rows[index]}
      rowKey={(run) => run.id}
      selected={selected !== null && selected < rows.length ? selected : null}
      onSelect={select}
      onOpen={(index) => navigate(`/runs/${rows[index].id}`)}
      sort={sort}
      onSort={(column) => setSort((was) => ({ column, descending: was.column === column ? !was.descending : true }))}
      groupBefore={groupBefore}
    />
  );
}

export function ExperimentsPage() {
  const [, navigate] = useLocation();
  const runs = useCall('runs.list', {});
  const [asked, setAsked] = useState('');
  const start = (
    <PrimaryButton leftSection={<IconPlus />} onClick={() => navigate('/experiments/new')}>
      New run
    </PrimaryButton>
  );
  const empty = runs.data?.length === 0;
  return (
    <>
      <PageHeader title="Experiments" facts={runs.data && !empty ? facts(runs.data) : undefined} actions={start} />
      <div className="pl-content flush">
        {!empty && (
          <div className="pl-toolbar">
            <TextInput
              data-search=""
              aria-label="Search runs"
              placeholder="Search names, models, data"
              leftSection={<IconSearch />}
              value={asked}
              onChange={(event) => setAsked(event.currentTarget.value)}
              w={270}
            />
          </div>
        )}
        {runs.isPending && (
          <div style={{ padding: '0 20px' }}>
            <SkeletonLines count={10} />
          </div>
        )}
        {runs.isError && (
          <ErrorState error={runs.error} what="The runs could not be read" onRetry={() => runs.refetch()} />
        )}
        {empty && (
          <EmptyState title="No runs yet.">
            A run trains a model on a dataset with one method. Press New run, or start the quickstart on Home.
          </EmptyState>
        )}
        {runs.data && !empty && <RunTable runs={runs.data} asked={asked} />}
        {runs.data && !empty && (
          <div className="pl-foot pl-caption">
            loss and margin in nats, from the last evaluation where there is one; KL in nats
          </div>
        )}
      </div>
    </>
  );
}
