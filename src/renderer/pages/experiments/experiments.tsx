/** Experiments: every run in one table, grouped by what was started together. */
import { Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconDownload, IconPlus, IconSearch, IconStack2 } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { DataTable } from '../../components/data-table.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { saveFile } from '../../components/save-file.ts';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import '../pages.css';
import { arrangeRuns, type Grouping, groupOf, type RunView, type StatusFilter } from './arrange.ts';
import { RUN_COLUMNS, runsCsv } from './run-columns.tsx';

function facts(runs: readonly RunSummary[]): string {
  const count = (...statuses: readonly string[]) => runs.filter((run) => statuses.includes(run.status)).length;
  const paused = count('paused');
  const parts = [`${count('running')} running`, `${count('queued')} queued`, paused > 0 ? `${paused} paused` : ''];
  return [...parts, `${count('finished', 'stopped', 'failed')} ended`].filter(Boolean).join(', ');
}

const GROUPINGS = [
  { value: 'experiment', label: 'Group: experiment' },
  { value: 'method', label: 'Group: method' },
  { value: 'data', label: 'Group: data' },
  { value: 'none', label: 'No groups' },
];

const FILTERS: readonly { value: StatusFilter; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Active' },
  { value: 'finished', label: 'Finished' },
  { value: 'ended early', label: 'Ended early' },
];

const START: RunView = {
  asked: '',
  status: 'all',
  grouping: 'experiment',
  sort: { column: 'created', descending: true },
};

interface ViewProps {
  readonly view: RunView;
  readonly onView: (change: Partial<RunView>) => void;
}

function Toolbar({ view, onView, onExport }: ViewProps & { onExport: () => void }) {
  return (
    <div className="pl-toolbar">
      <TextInput
        data-search=""
        aria-label="Search runs"
        placeholder="Search names, models, data"
        leftSection={<IconSearch />}
        rightSection={<kbd>/</kbd>}
        value={view.asked}
        onChange={(event) => onView({ asked: event.currentTarget.value })}
        w={270}
      />
      <SegmentedControl
        aria-label="Status"
        data={[...FILTERS]}
        value={view.status}
        onChange={(status) => onView({ status: status as StatusFilter })}
      />
      <Select
        aria-label="Grouping"
        leftSection={<IconStack2 />}
        data={GROUPINGS}
        value={view.grouping}
        onChange={(grouping) => onView({ grouping: (grouping ?? 'none') as Grouping })}
        w={176}
      />
      <span className="pl-grow" />
      <Button variant="subtle" leftSection={<IconDownload />} onClick={onExport}>
        Export
      </Button>
    </div>
  );
}

function RunTable({ rows, view, onView }: ViewProps & { rows: readonly RunSummary[] }) {
  const [, navigate] = useLocation();
  const [selectedId, select] = useState<string | null>(null);
  const { grouping, sort } = view;
  const groupBefore = useCallback(
    (index: number) => {
      const group = groupOf(rows[index], grouping);
      if (grouping === 'none' || (index > 0 && group === groupOf(rows[index - 1], grouping))) return null;
      const size = rows.filter((run) => groupOf(run, grouping) === group).length;
      return (
        <>
          <span className="pl-strong">{group}</span> <span className="pl-3">{counted(size, 'run')}</span>
        </>
      );
    },
    [rows, grouping],
  );
  const selected = rows.findIndex(({ id }) => id === selectedId);
  return (
    <DataTable
      label="Runs"
      columns={RUN_COLUMNS}
      count={rows.length}
      row={(index) => rows[index]}
      selected={selected === -1 ? null : selected}
      onSelect={(index) => select(index === null ? null : rows[index].id)}
      onOpen={(index) => navigate(`/runs/${rows[index].id}`)}
      sort={sort}
      onSort={(column) => onView({ sort: { column, descending: sort.column === column ? !sort.descending : true } })}
      groupBefore={groupBefore}
    />
  );
}

function Browser({ runs }: { runs: readonly RunSummary[] }) {
  const [view, setView] = useState(START);
  const rows = useMemo(() => arrangeRuns(runs, view), [runs, view]);
  const onView = (change: Partial<RunView>) => setView((was) => ({ ...was, ...change }));
  return (
    <div className="pl-content flush">
      <Toolbar view={view} onView={onView} onExport={() => saveFile('runs.csv', runsCsv(rows), 'text/csv')} />
      {rows.length === 0 ? (
        <EmptyState
          title="No run matches."
          action={<Button onClick={() => onView({ asked: '', status: 'all' })}>Clear filters</Button>}
        >
          {counted(runs.length, 'run')} in the workspace. Names, methods, models and data are searched.
        </EmptyState>
      ) : (
        <RunTable rows={rows} view={view} onView={onView} />
      )}
      <div className="pl-foot pl-caption">
        Loss and margin in nats, from the last evaluation where there is one. KL in nats per answer.
      </div>
    </div>
  );
}

export function ExperimentsPage() {
  const [, navigate] = useLocation();
  const runs = useCall('runs.list', {});
  const some = runs.data !== undefined && runs.data.length > 0;
  return (
    <>
      <PageHeader
        title="Experiments"
        facts={some ? facts(runs.data) : undefined}
        actions={
          <PrimaryButton leftSection={<IconPlus />} onClick={() => navigate('/experiments/new')}>
            New run
          </PrimaryButton>
        }
      />
      {some && <Browser runs={runs.data} />}
      {!some && (
        <div className="pl-content">
          {runs.isPending && <SkeletonLines count={10} />}
          {runs.isError && (
            <ErrorState error={runs.error} what="The runs could not be read" onRetry={() => runs.refetch()} />
          )}
          {runs.data && (
            <EmptyState title="No runs yet.">
              A run trains a model on a dataset with one method. Press New run, or start the quickstart on Home.
            </EmptyState>
          )}
        </div>
      )}
    </>
  );
}
