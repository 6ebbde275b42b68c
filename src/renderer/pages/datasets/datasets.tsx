/** Datasets: the table of what is in the workspace, and a panel with the facts of the selected one. */
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconSearch, IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { DatasetSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { DataTable, type Sort } from '../../components/data-table.tsx';
import { KeyCap } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import '../pages.css';
import './datasets.css';
import { KIND_WORDS } from './chat-text.ts';
import { COLUMNS, sorted } from './dataset-columns.tsx';
import { DatasetPanel } from './dataset-panel.tsx';

const KINDS = [
  { value: 'all', label: 'All' },
  ...Object.entries(KIND_WORDS).map(([value, label]) => ({ value, label })),
];

function Browser({ datasets }: { datasets: readonly DatasetSummary[] }) {
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState('');
  const [kind, setKind] = useState('all');
  const [sort, setSort] = useState<Sort>({ column: 'added', descending: true });
  const [selectedId, setSelected] = useState<string | null>(null);
  const rows = useMemo(() => {
    const question = asked.trim().toLowerCase();
    const matches = (each: DatasetSummary) =>
      (kind === 'all' || each.kind === kind) &&
      `${each.name} ${each.source} ${each.format}`.toLowerCase().includes(question);
    return sorted(datasets.filter(matches), sort);
  }, [datasets, asked, kind, sort]);
  const index = rows.findIndex((each) => each.id === selectedId);
  const selected = rows[index];
  const clear = () => {
    setAsked('');
    setKind('all');
  };
  return (
    <div className="pl-columns">
      <section className="pl-content" aria-label="All datasets">
        <div className="pl-toolbar">
          <TextInput
            data-search=""
            aria-label="Search datasets"
            placeholder="Search names and sources"
            leftSection={<IconSearch />}
            rightSection={asked === '' && <KeyCap>/</KeyCap>}
            value={asked}
            onChange={(event) => setAsked(event.currentTarget.value)}
            w={254}
          />
          <SegmentedControl aria-label="Kind" data={KINDS} value={kind} onChange={setKind} />
        </div>
        {rows.length === 0 ? (
          <EmptyState
            title={`No dataset matches: ${asked.trim() !== '' && kind !== 'all' ? '2 filters are' : '1 filter is'} active.`}
            action={<Button onClick={clear}>Clear filters</Button>}
          >
            {counted(datasets.length, 'dataset')} in the workspace.
          </EmptyState>
        ) : (
          <DataTable
            framed
            label="Datasets"
            columns={COLUMNS}
            count={rows.length}
            row={(at) => rows[at]}
            selected={index === -1 ? null : index}
            onSelect={(at) => setSelected(at === null ? null : rows[at].id)}
            onOpen={(at) => navigate(`/datasets/${rows[at].id}`)}
            sort={sort}
            onSort={(column) =>
              setSort((was) => ({ column, descending: was.column === column ? !was.descending : true }))
            }
          />
        )}
        <div className="pl-caption pl-notes">
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
        <Content label="All datasets">
          <EmptyState title="No datasets yet.">
            A dataset holds pairs of a better and a worse answer, single answers with a mark, or prompts. Press Import,
            or drop a file anywhere on this window: JSONL, JSON, CSV or TSV, also packed with gzip or zstandard.
          </EmptyState>
        </Content>
      )}
      {data && data.length > 0 && <Browser datasets={data} />}
    </>
  );
}
