/** Datasets: the table of what is in the workspace, and a panel with the facts of the selected one. */
import { ActionIcon, Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconArrowRight, IconSearch, IconTrash, IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { DatasetSummary, ImportReport } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { type Column, DataTable, type Sort } from '../../components/data-table.tsx';
import { Facts } from '../../components/figures.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useAction, useCall } from '../../host.ts';
import { ago, counted, MISSING, percent, whole } from '../../numbers.ts';
import '../pages.css';
import { KIND_WORDS } from './chat-text.ts';
import { useFileDrop } from './drop.ts';

const dash = (text: string) => (text === MISSING ? <span className="pl-3">{MISSING}</span> : text);

/** "207 / 181", chosen and rejected in their colours. */
export function MedianLength({ dataset }: { dataset: DatasetSummary }) {
  const { medianChosenChars: chosen, medianRejectedChars: rejected } = dataset;
  if (chosen === null && rejected === null) return <span className="pl-3">{MISSING}</span>;
  if (rejected === null) return whole(chosen);
  return (
    <>
      <span className="pl-chosen">{whole(chosen)}</span> / <span className="pl-rejected">{whole(rejected)}</span>
    </>
  );
}

const latest = (dataset: DatasetSummary) => dataset.versions.at(-1);

interface DatasetColumn extends Column<DatasetSummary> {
  readonly value: (dataset: DatasetSummary) => string | number | null;
}

const DATASET_COLUMNS: readonly DatasetColumn[] = [
  {
    id: 'name',
    head: 'Name',
    width: 'minmax(150px, 2fr)',
    value: (dataset) => dataset.name,
    title: (dataset) => dataset.name,
    cell: (dataset) => (
      <Link href={`/datasets/${dataset.id}/pairs`} className="pl-name" tabIndex={-1}>
        {dataset.name} <span className="pl-3">{latest(dataset) ? `v${latest(dataset)?.number}` : ''}</span>
      </Link>
    ),
  },
  {
    id: 'kind',
    head: 'Kind',
    width: '90px',
    value: (dataset) => dataset.kind,
    cell: (dataset) => <span className="pl-2">{KIND_WORDS[dataset.kind]}</span>,
  },
  {
    id: 'rows',
    head: 'Rows',
    width: '84px',
    end: true,
    value: (dataset) => dataset.rows,
    cell: (dataset) => whole(dataset.rows),
  },
  {
    id: 'ties',
    head: 'Ties',
    width: '64px',
    end: true,
    value: (dataset) => dataset.ties,
    cell: (dataset) => (dataset.kind === 'preference' ? whole(dataset.ties) : dash(MISSING)),
  },
  {
    id: 'length',
    head: 'Median length',
    width: '124px',
    end: true,
    value: (dataset) => dataset.medianChosenChars,
    cell: (dataset) => <MedianLength dataset={dataset} />,
  },
  {
    id: 'longer',
    head: 'Length-only',
    width: '100px',
    end: true,
    value: (dataset) => dataset.longerChosenShare,
    cell: (dataset) => dash(percent(dataset.longerChosenShare)),
  },
  {
    id: 'added',
    head: 'Added',
    width: '100px',
    end: true,
    value: (dataset) => dataset.createdAt,
    cell: (dataset) => <span className="pl-2">{ago(dataset.createdAt)}</span>,
  },
];
const COLUMNS = DATASET_COLUMNS.map((column) => ({ ...column, sortable: true }));

function sorted(datasets: readonly DatasetSummary[], sort: Sort): readonly DatasetSummary[] {
  const value = COLUMNS.find((column) => column.id === sort.column)?.value;
  if (!value) return datasets;
  return [...datasets].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
    return sort.descending ? -order : order;
  });
}

function Refused({ report }: { report: ImportReport }) {
  if (report.refusedTotal === 0) return <p className="pl-2">Every row was accepted.</p>;
  return (
    <ul>
      {report.refused.slice(0, 8).map((row) => (
        <li key={`${row.line} ${row.row}`} className="pl-2">
          {row.line !== null ? `line ${whole(row.line)}` : row.row !== null ? `row ${whole(row.row)}` : 'file'}:{' '}
          {row.reason}
        </li>
      ))}
      {report.refusedTotal > 8 && <li className="pl-3">{whole(report.refusedTotal - 8)} more</li>}
    </ul>
  );
}

function DatasetPanel({ dataset, onClose }: { dataset: DatasetSummary; onClose: () => void }) {
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  const report = useCall('datasets.report', { id: dataset.id });
  const remove = useAction('datasets.remove', ['datasets.list']);
  const pairs = dataset.kind === 'preference';
  return (
    <SidePanel
      label={dataset.name}
      title={
        <h2 className="pl-ellipsis" title={dataset.name}>
          {dataset.name}
        </h2>
      }
      actions={
        <>
          <ActionIcon aria-label={`Delete ${dataset.name}`} onClick={() => setAsking(true)}>
            <IconTrash />
          </ActionIcon>
          <Button leftSection={<IconArrowRight />} onClick={() => navigate(`/datasets/${dataset.id}/pairs`)}>
            Open
          </Button>
        </>
      }
      onClose={onClose}
    >
      <Facts
        rows={[
          [KIND_WORDS[dataset.kind], whole(dataset.rows)],
          ['Prompts', whole(dataset.prompts)],
          ['Format found', dataset.format],
          ['Source', dataset.source],
          ['Content hash', <code key="hash">{latest(dataset)?.contentHash.slice(0, 12) ?? MISSING}</code>],
        ]}
      />
      <div>
        <h2>Quality</h2>
        <Facts
          rows={[
            pairs ? ['Ties', whole(dataset.ties)] : null,
            ['Exact duplicates', `${whole(dataset.duplicates)} kept`],
            dataset.medianChosenChars === null
              ? null
              : ['Median length, characters', <MedianLength key="median" dataset={dataset} />],
            dataset.longerChosenShare === null ? null : ['Longer is chosen', percent(dataset.longerChosenShare)],
          ]}
        />
      </div>
      {report.data && (
        <div>
          <h2>
            Import{' '}
            <span className="pl-caption">
              {counted(report.data.rowsRead, 'row')} read, {whole(report.data.refusedTotal)} refused
            </span>
          </h2>
          <Refused report={report.data} />
        </div>
      )}
      <div>
        <h2>Versions</h2>
        <ul className="pl-list">
          {[...dataset.versions].reverse().map((version) => (
            <li key={version.id}>
              <code>v{version.number}</code>
              <span className="pl-grow">
                {version.recipe}
                <br />
                <span className="pl-caption">{ago(version.createdAt)}</span>
              </span>
              <span className="pl-2">{whole(version.rows)}</span>
            </li>
          ))}
        </ul>
      </div>
      {asking && (
        <Confirm
          title={`Delete ${dataset.name}`}
          act="Delete dataset"
          keep="Keep"
          onAct={() => remove.mutateAsync({ id: dataset.id }).then(onClose)}
          onClose={() => setAsking(false)}
        >
          {counted(dataset.rows, 'row')} and {counted(dataset.versions.length, 'version')} go. Runs that were trained on
          it keep their numbers.
        </Confirm>
      )}
    </SidePanel>
  );
}

const KINDS = [
  { value: 'all', label: 'All' },
  { value: 'preference', label: 'Pairs' },
  { value: 'unpaired', label: 'Unpaired' },
  { value: 'demonstrations', label: 'Answers' },
  { value: 'prompts', label: 'Prompts' },
];

function Browser({ datasets }: { datasets: readonly DatasetSummary[] }) {
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState('');
  const [kind, setKind] = useState('all');
  const [sort, setSort] = useState<Sort>({ column: 'added', descending: true });
  const [selectedId, setSelected] = useState<string | null>(null);
  const rows = useMemo(() => {
    const question = asked.toLowerCase();
    return sorted(
      datasets.filter(
        (each) =>
          (kind === 'all' || each.kind === kind) &&
          `${each.name} ${each.source} ${each.format}`.toLowerCase().includes(question),
      ),
      sort,
    );
  }, [datasets, asked, kind, sort]);
  const index = rows.findIndex((each) => each.id === selectedId);
  const selected = rows[index];
  return (
    <div className="pl-columns">
      <section className="pl-content" aria-label="All datasets">
        <div className="pl-toolbar">
          <TextInput
            data-search=""
            aria-label="Search datasets"
            placeholder="Search names and sources"
            leftSection={<IconSearch />}
            value={asked}
            onChange={(event) => setAsked(event.currentTarget.value)}
            w={230}
          />
          <SegmentedControl aria-label="Kind" data={KINDS} value={kind} onChange={setKind} />
        </div>
        {rows.length === 0 ? (
          <EmptyState title="No dataset matches.">{counted(datasets.length, 'dataset')} in the workspace.</EmptyState>
        ) : (
          <DataTable
            framed
            label="Datasets"
            columns={COLUMNS}
            count={rows.length}
            row={(at) => rows[at]}
            rowKey={(dataset) => dataset.id}
            selected={index === -1 ? null : index}
            onSelect={(at) => setSelected(at === null ? null : rows[at].id)}
            onOpen={(at) => navigate(`/datasets/${rows[at].id}/pairs`)}
            sort={sort}
            onSort={(column) =>
              setSort((was) => ({ column, descending: was.column === column ? !was.descending : true }))
            }
          />
        )}
        <div className="pl-caption">
          <p>
            <span className="pl-chosen">chosen</span> / <span className="pl-rejected">rejected</span> median length, in
            characters
          </p>
          <p>Length-only: how often the longer answer is the chosen one. 50% means that length tells nothing.</p>
        </div>
      </section>
      {selected && <DatasetPanel key={selected.id} dataset={selected} onClose={() => setSelected(null)} />}
    </div>
  );
}

export function DatasetsPage() {
  const [, navigate] = useLocation();
  const datasets = useCall('datasets.list', {});
  const over = useFileDrop();
  const { data } = datasets;
  const rows = data?.reduce((sum, dataset) => sum + dataset.rows, 0) ?? 0;
  return (
    <>
      <PageHeader
        title="Datasets"
        facts={data && data.length > 0 ? `${counted(data.length, 'dataset')}, ${counted(rows, 'row')}` : undefined}
        actions={
          <PrimaryButton leftSection={<IconUpload />} onClick={() => navigate('/datasets/import')}>
            Import
          </PrimaryButton>
        }
      />
      {over && <p className="pl-hidden">Drop the file to import it</p>}
      {datasets.isPending && (
        <div className="pl-content">
          <SkeletonLines count={8} />
        </div>
      )}
      {datasets.isError && (
        <div className="pl-content">
          <ErrorState error={datasets.error} what="The datasets could not be read" onRetry={() => datasets.refetch()} />
        </div>
      )}
      {data?.length === 0 && (
        <EmptyState title="No datasets yet.">
          A dataset holds pairs of a better and a worse answer, single answers with a mark, or prompts. Press Import, or
          drop a file here: JSONL, JSON, CSV or Parquet.
        </EmptyState>
      )}
      {data && data.length > 0 && <Browser datasets={data} />}
    </>
  );
}
