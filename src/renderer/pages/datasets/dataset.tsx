/** One dataset: its pairs, their quality, its versions, and the report of the import that made the version shown. */
import { ActionIcon, Button, Select, Tabs } from '@mantine/core';
import { IconPackageExport, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { counted, whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, DerivedVersion, PairQuery, VersionSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { EMPTY_DRAFT, useDraft } from '../experiments/draft.ts';
import '../pages.css';
import { KIND_WORDS, rowsCounted } from './chat-text.ts';
import { latest } from './dataset-columns.tsx';
import './datasets.css';
import { DeleteDataset } from './delete-dataset.tsx';
import { ExportVersion } from './export-version.tsx';
import { EVERYTHING } from './pair-query.ts';
import { PairsTab } from './pairs-tab.tsx';
import { QualityTab } from './quality-tab.tsx';
import { ReportTab } from './report-tab.tsx';
import { UsesTab } from './uses-tab.tsx';
import { VersionsTab } from './versions-tab.tsx';

const TABS = ['pairs', 'quality', 'versions', 'uses', 'report'] as const;
type Tab = (typeof TABS)[number];
const tabOf = (text: string | undefined): Tab => TABS.find((tab) => tab === text) ?? 'pairs';

/** A draft of a run on this dataset. */
function useTrainOn(dataset: DatasetSummary): () => void {
  const [, navigate] = useLocation();
  return () => {
    useDraft.setState({ ...EMPTY_DRAFT, dataset: dataset.name });
    navigate('/experiments/new');
  };
}

function VersionSelect({
  dataset,
  version,
  onChange,
}: {
  dataset: DatasetSummary;
  version: VersionSummary;
  onChange: (id: string) => void;
}) {
  const label = ({ number, rows }: VersionSummary) => `v${number}, ${rowsCounted(dataset.kind, rows)}`;
  return (
    <Select
      aria-label="Version"
      w={170}
      value={version.id}
      data={[...dataset.versions]
        .sort((a, b) => b.number - a.number)
        .map((each) => ({ value: each.id, label: label(each) }))}
      onChange={(id) => id && onChange(id)}
    />
  );
}

function Loaded({ dataset, first }: { dataset: DatasetSummary; first: Tab }) {
  const [, navigate] = useLocation();
  const [tab, setTab] = useState(first);
  const [versionId, setVersion] = useState<string | null>(null);
  const [deleting, setDeleting] = useState(false);
  const [exporting, setExporting] = useState(false);
  const [asked, setAsked] = useState<PairQuery>(EVERYTHING);
  const train = useTrainOn(dataset);
  const version = dataset.versions.find((each) => each.id === versionId) ?? latest(dataset);
  const report = useCall('datasets.report', { id: version?.id ?? '' }, { enabled: version !== undefined });
  if (!version)
    return <EmptyState title="This dataset has no version.">Delete it, or import its file again.</EmptyState>;
  const showMade = ([made]: readonly DerivedVersion[]) => {
    if (!made) return;
    setAsked(EVERYTHING);
    if (made.datasetId === dataset.id) setVersion(made.versionId);
    else navigate(`/datasets/${made.datasetId}/versions`);
  };
  const showRows = (check: string) => {
    setAsked({ ...EVERYTHING, check });
    setTab('pairs');
  };
  const changeTab = (next: Tab) => {
    setAsked(EVERYTHING);
    setTab(next);
  };
  const head = {
    quality: ['Quality', ''],
    pairs: [KIND_WORDS[dataset.kind], whole(version.rows)],
    versions: ['Versions', whole(dataset.versions.length)],
    uses: ['Used by', ''],
    report: ['Import report', report.data ? `${whole(report.data.refusedTotal)} refused` : ''],
  } as const satisfies Record<Tab, readonly [string, string]>;
  return (
    <Tabs
      className="pl-dataset"
      value={tab}
      onChange={(value) => changeTab(tabOf(value ?? undefined))}
      keepMounted={false}
    >
      <PageHeader
        title={dataset.name}
        parent={{ title: 'Datasets', path: '/datasets' }}
        facts={<VersionSelect dataset={dataset} version={version} onChange={setVersion} />}
        actions={
          <>
            <ActionIcon aria-label={`Delete ${dataset.name}`} onClick={() => setDeleting(true)}>
              <IconTrash />
            </ActionIcon>
            <Button leftSection={<IconPackageExport />} onClick={() => setExporting(true)}>
              Export
            </Button>
            <PrimaryButton leftSection={<IconPlus />} onClick={train}>
              Train on this
            </PrimaryButton>
          </>
        }
      />
      <div className="pl-tabs">
        <Tabs.List aria-label="Parts of the dataset">
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {head[each][0]} <span className="count">{head[each][1]}</span>
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </div>
      <Tabs.Panel value="pairs" className="pl-tab-panel">
        <PairsTab
          key={`${version.id} ${asked.check}`}
          versionId={version.id}
          kind={dataset.kind}
          first={asked}
          onMade={showMade}
        />
      </Tabs.Panel>
      <Tabs.Panel value="quality" className="pl-tab-panel">
        <QualityTab key={version.id} dataset={dataset} version={version} onShowRows={showRows} onMade={showMade} />
      </Tabs.Panel>
      <Tabs.Panel value="versions" className="pl-tab-panel">
        <VersionsTab dataset={dataset} shown={version} onShow={setVersion} onMade={showMade} />
      </Tabs.Panel>
      <Tabs.Panel value="uses" className="pl-tab-panel">
        <UsesTab dataset={dataset} />
      </Tabs.Panel>
      <Tabs.Panel value="report" className="pl-tab-panel">
        <ReportTab report={report} recipe={version.recipe} />
      </Tabs.Panel>
      {exporting && <ExportVersion dataset={dataset} version={version} onClose={() => setExporting(false)} />}
      {deleting && (
        <DeleteDataset dataset={dataset} onDeleted={() => navigate('/datasets')} onClose={() => setDeleting(false)} />
      )}
    </Tabs>
  );
}

export function DatasetPage({ params }: { params: Record<string, string> }) {
  const datasets = useCall('datasets.list', {});
  const dataset = datasets.data?.find((each) => each.id === params.id);
  if (dataset) return <Loaded key={dataset.id} dataset={dataset} first={tabOf(params.tab)} />;
  return (
    <>
      <PageHeader title="Dataset" parent={{ title: 'Datasets', path: '/datasets' }} />
      <Content label="Dataset">
        {datasets.isError ? (
          <ErrorState error={datasets.error} what="The dataset could not be read" onRetry={() => datasets.refetch()} />
        ) : datasets.isPending || datasets.isFetching ? (
          <SkeletonLines count={10} />
        ) : (
          <EmptyState
            title="This dataset does not exist any more."
            action={
              <Button component={Link} href="/datasets">
                All datasets
              </Button>
            }
          >
            {counted(datasets.data?.length ?? 0, 'dataset')} in the workspace.
          </EmptyState>
        )}
      </Content>
    </>
  );
}
