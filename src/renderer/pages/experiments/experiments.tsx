/** Experiments: every run in one table, grouped by what was started together. */
import { Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconDownload, IconPlus, IconSearch, IconStack2 } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { saveFile } from '../../components/save-file.ts';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { useSettings } from '../../settings.ts';
import '../pages.css';
import { arrangeRuns, type Grouping, type RunView, type StatusFilter } from './arrange.ts';
import { BulkBar } from './bulk-bar.tsx';
import { ColumnPicker } from './column-picker.tsx';
import './experiments.css';
import { QueueButton } from './queue.tsx';
import { columnOf, DEFAULT_COLUMNS, type OptionValues, runsCsv } from './run-columns.tsx';
import { type Marks, RunTable } from './run-table.tsx';

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
  { value: 'tag', label: 'Group: tags' },
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

function Toolbar({ view, onView, onExport, picker }: ViewProps & { onExport: () => void; picker: ReactNode }) {
  return (
    <div className="pl-toolbar">
      <TextInput
        data-search=""
        aria-label="Search runs"
        placeholder="Search runs, tags, notes, data"
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
        w={196}
      />
      <span className="pl-grow" />
      {picker}
      <Button variant="subtle" leftSection={<IconDownload />} onClick={onExport}>
        Export
      </Button>
    </div>
  );
}

const NO_OPTIONS: readonly string[] = [];

/** The columns that were chosen; options are asked for when a column shows them. */
function useColumns(runs: readonly RunSummary[]) {
  const { runColumns, set } = useSettings();
  const chosen = runColumns ?? DEFAULT_COLUMNS;
  const keys = chosen.filter((id) => id.startsWith('option:')).map((id) => id.slice('option:'.length));
  const options = useCall('runs.options', { keys }, { keep: true, fresh: true });
  const values = useMemo<OptionValues>(
    () => new Map((options.data?.runs ?? []).map((run) => [run.id, run.values])),
    [options.data],
  );
  const columns = useMemo(() => chosen.flatMap((id) => columnOf(id, values) ?? []), [chosen, values]);
  const metrics = useMemo(() => [...new Set(runs.flatMap(({ latest }) => Object.keys(latest)))].sort(), [runs]);
  const picker = (
    <ColumnPicker
      chosen={chosen}
      options={options.data?.keys ?? NO_OPTIONS}
      metrics={metrics}
      onChange={(next) => set({ runColumns: next })}
    />
  );
  return { columns, values, picker };
}

function Browser({ runs }: { runs: readonly RunSummary[] }) {
  const [view, setView] = useState(START);
  const [marks, setMarks] = useState<Marks>(new Set());
  const [tagging, setTagging] = useState(false);
  const { columns, values, picker } = useColumns(runs);
  const rows = useMemo(() => arrangeRuns(runs, view, values), [runs, view, values]);
  const onView = (change: Partial<RunView>) => setView((was) => ({ ...was, ...change }));
  const marked = runs.filter(({ id }) => marks.has(id));
  return (
    <div className="pl-content flush">
      <Toolbar
        view={view}
        onView={onView}
        picker={picker}
        onExport={() => saveFile('runs.csv', runsCsv(rows, columns), 'text/csv')}
      />
      {rows.length === 0 ? (
        <EmptyState
          title="No run matches."
          action={<Button onClick={() => onView({ asked: '', status: 'all' })}>Clear filters</Button>}
        >
          {counted(runs.length, 'run')} in the workspace. Names, methods, models, data, tags and notes are searched.
        </EmptyState>
      ) : (
        <RunTable rows={rows} columns={columns} view={view} onView={onView} marks={marks} onMarks={setMarks} />
      )}
      {marked.length > 0 ? (
        <BulkBar runs={marked} onClear={() => setMarks(new Set())} tagging={tagging} onTagging={setTagging} />
      ) : (
        <div className="pl-foot pl-caption">
          Gold in the task’s points, KL in nats per answer, length in tokens, from the last evaluation where there is
          one.
        </div>
      )}
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
          <>
            {some && <QueueButton runs={runs.data} />}
            <PrimaryButton leftSection={<IconPlus />} onClick={() => navigate('/experiments/new')}>
              New run
            </PrimaryButton>
          </>
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
