/** The panel beside the table of datasets: facts, quality lines and versions of the selected one. */
import { ActionIcon, Button } from '@mantine/core';
import { IconArrowRight, IconCheck, IconInfoCircle, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ago, counted, MISSING, percent, whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, ImportReport } from '../../../preload/contract/index.ts';
import { Facts } from '../../components/figures.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { useCall } from '../../host.ts';
import { KIND_WORDS, rowsCounted } from './chat-text.ts';
import { latest, MedianLength } from './dataset-columns.tsx';
import { DeleteDataset } from './delete-dataset.tsx';

function QualityLine({ good, title, children }: { good: boolean; title: ReactNode; children: ReactNode }) {
  const Icon = good ? IconCheck : IconInfoCircle;
  return (
    <li>
      <Icon size={15} stroke={1.7} aria-hidden="true" className={good ? 'pl-ok' : 'pl-2'} />
      <span className="pl-grow">
        {title}
        <br />
        <span className="pl-caption">{children}</span>
      </span>
    </li>
  );
}

function Quality({ dataset, report }: { dataset: DatasetSummary; report: ImportReport | null }) {
  const { duplicates, ties, longerChosenShare, rows, kind } = dataset;
  const refused = report?.refusedTotal ?? 0;
  return (
    <section>
      <h2>Quality</h2>
      <ul className="pl-quality">
        {report && (
          <QualityLine
            good={refused === 0}
            title={refused === 0 ? 'Every row was accepted' : `${counted(refused, 'row')} refused`}
          >
            {counted(report.rowsRead, 'row')} read.{' '}
            {refused > 0 && <Link href={`/datasets/${dataset.id}/report`}>See why</Link>}
          </QualityLine>
        )}
        <QualityLine
          good={duplicates === 0}
          title={duplicates === 0 ? 'No exact duplicates' : `${counted(duplicates, 'exact duplicate')} kept`}
        >
          {rowsCounted(kind, rows)}, {counted(dataset.prompts, 'prompt')}
        </QualityLine>
        {kind === 'preference' && (
          <QualityLine good={ties === 0} title={ties === 0 ? 'No ties' : counted(ties, 'tie')}>
            {ties === 0
              ? 'Every pair says which answer is better'
              : `${percent(ties / rows)} of the pairs decide nothing`}
          </QualityLine>
        )}
        {longerChosenShare !== null && (
          <QualityLine
            good={Math.abs(longerChosenShare - 0.5) < 0.05}
            title={`Length-only baseline ${percent(longerChosenShare)}`}
          >
            How often the longer answer is the chosen one; 50% means that length tells nothing
          </QualityLine>
        )}
      </ul>
      <p className="pl-quality-link">
        <Link href={`/datasets/${dataset.id}/quality`} className="pl-link">
          Open quality report
        </Link>
      </p>
    </section>
  );
}

export function DatasetPanel({ dataset, onClose }: { dataset: DatasetSummary; onClose: () => void }) {
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  const version = latest(dataset);
  const report = useCall('datasets.report', { id: version?.id ?? '' }, { enabled: version !== undefined });
  return (
    <SidePanel
      label={dataset.name}
      title={
        <h2 className="pl-ellipsis" title={dataset.name}>
          {dataset.name} <span className="pl-3 pl-normal">v{version?.number}</span>
        </h2>
      }
      actions={
        <>
          <ActionIcon aria-label={`Delete ${dataset.name}`} onClick={() => setAsking(true)}>
            <IconTrash />
          </ActionIcon>
          <Button leftSection={<IconArrowRight />} onClick={() => navigate(`/datasets/${dataset.id}`)}>
            Open
          </Button>
        </>
      }
      onClose={onClose}
    >
      <Facts
        rows={[
          [KIND_WORDS[dataset.kind], whole(dataset.rows)],
          dataset.kind === 'prompts' ? null : ['Prompts', whole(dataset.prompts)],
          dataset.medianChosenChars === null
            ? null
            : ['Median length, chars', <MedianLength key="m" dataset={dataset} />],
          ['Format found', dataset.format],
          ['Source', dataset.source],
          ['Content hash', <code key="hash">{version?.contentHash.slice(0, 12) ?? MISSING}</code>],
        ]}
      />
      <Quality dataset={dataset} report={report.data ?? null} />
      <section className="pl-divide">
        <h2>Versions</h2>
        <ul className="pl-list">
          {[...dataset.versions]
            .sort((a, b) => b.number - a.number)
            .map((each) => (
              <li key={each.id}>
                <code>v{each.number}</code>
                <span className="pl-grow">
                  {each.recipe}
                  <br />
                  <span className="pl-caption">{ago(each.createdAt)}</span>
                </span>
                <span className="pl-2">{whole(each.rows)}</span>
              </li>
            ))}
        </ul>
      </section>
      {asking && <DeleteDataset dataset={dataset} onDeleted={onClose} onClose={() => setAsking(false)} />}
    </SidePanel>
  );
}
