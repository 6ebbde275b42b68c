/** Datasets: the table of what is in the workspace, and a panel with the facts of the selected one. */
import { IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { DatasetSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { DataTable, type Sort } from '../../components/data-table.tsx';
import { ListToolbar, NothingMatches, useListFilter, useSelection } from '../../components/list-filter.tsx';
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
  const [sort, setSort] = useState<Sort>({ column: 'added', descending: true });
  const filter = useListFilter(datasets, (each) => `${each.name} ${each.source} ${each.format}`);
  const { found } = filter;
  const rows = useMemo(() => sorted(found, sort), [found, sort]);
  const { selected, index, select } = useSelection(rows);
  return (
    <div className="pl-columns">
      <section className="pl-content" aria-label="All datasets">
        <ListToolbar
          filter={filter}
          search="Search datasets"
          placeholder="Search names and sources"
          kinds={KINDS}
          width={254}
        />
        {rows.length === 0 ? (
          <NothingMatches filter={filter} one="dataset" count={datasets.length} />
        ) : (
          <DataTable
            framed
            label="Datasets"
            columns={COLUMNS}
            count={rows.length}
            row={(at) => rows[at]}
            selected={index}
            onSelect={select}
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
      {selected && <DatasetPanel key={selected.id} dataset={selected} onClose={() => select(null)} />}
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
