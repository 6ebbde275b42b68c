/** Datasets: the table of what is in the workspace, and a panel with the facts of the selected one. */
import { IconUpload } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { DatasetSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { ListBrowser, ListPage } from '../../components/list-page.tsx';
import { PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState } from '../../components/states.tsx';
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

const textOf = (each: DatasetSummary) => `${each.name} ${each.source} ${each.format}`;

function factsOf(datasets: readonly DatasetSummary[]): string | undefined {
  const rows = datasets.reduce((sum, dataset) => sum + dataset.rows, 0);
  return datasets.length > 0 ? `${counted(datasets.length, 'dataset')}, ${counted(rows, 'row')}` : undefined;
}

function NoDatasets() {
  return (
    <Content label="All datasets">
      <EmptyState title="No datasets yet.">
        A dataset holds pairs of a better and a worse answer, single answers with a mark, or prompts. Press Import, or
        drop a file anywhere on this window: JSONL, JSON, CSV, TSV, Parquet, Arrow or XLSX, also packed with gzip or
        zstandard.
      </EmptyState>
    </Content>
  );
}

const NOTES = (
  <div className="pl-caption pl-notes">
    <p>
      <span className="pl-chosen">chosen</span> / <span className="pl-rejected">rejected</span> median length, in
      characters
    </p>
    <p>Length-only: how often the longer answer is the chosen one. 50% means that length tells nothing.</p>
  </div>
);

export function DatasetsPage() {
  const [, navigate] = useLocation();
  return (
    <ListPage
      title="Datasets"
      query={useCall('datasets.list', {})}
      facts={factsOf}
      action={
        <PrimaryButton leftSection={<IconUpload />} onClick={() => navigate('/datasets/import')}>
          Import
        </PrimaryButton>
      }
    >
      {(datasets) =>
        datasets.length === 0 ? (
          <NoDatasets />
        ) : (
          <ListBrowser
            one="dataset"
            all={datasets}
            columns={COLUMNS}
            textOf={textOf}
            sorted={sorted}
            firstSort={{ column: 'added', descending: true }}
            firstDescending
            onOpen={({ id }) => navigate(`/datasets/${id}`)}
            toolbar={() => ({ placeholder: 'Search names and sources', kinds: KINDS, width: 254 })}
            panel={(dataset, close) => <DatasetPanel key={dataset.id} dataset={dataset} onClose={close} />}
            after={NOTES}
          />
        )
      }
    </ListPage>
  );
}
