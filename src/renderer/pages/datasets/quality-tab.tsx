/** Quality of a version: what was found with its rows one press away, baselines, lengths; and a version without what was found. */
import { Button, NumberInput, Select } from '@mantine/core';
import { IconCopyMinus, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { histogramChart } from '../../../charts/histogram-chart.ts';
import { dateTime, duration, whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, DerivedVersion, QualityReport, VersionSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Bar, Legend } from '../../components/figures.tsx';
import { MetricChart } from '../../components/metric-chart.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { CleanVersion } from './clean-version.tsx';
import { Baselines, Findings } from './quality-findings.tsx';
import { measureQuality, useQualityJobs } from './quality-job.ts';

export interface QualityTabProps {
  readonly dataset: DatasetSummary;
  readonly version: VersionSummary;
  /** Opens the pair table on the rows of a check. */
  readonly onShowRows: (check: string) => void;
  readonly onMade: (made: readonly DerivedVersion[]) => void;
}

const DEFAULT_LENGTH = 512;
const NO_MODEL = 'no token counts';

interface Settings {
  readonly model: string | null;
  readonly maxLength: number;
}

function SettingsBar({ value, onChange }: { value: Settings; onChange: (next: Settings) => void }) {
  const models = useCall('models.list', {});
  return (
    <>
      <Select
        aria-label="Tokenizer"
        title="Model whose tokenizer counts"
        data={[NO_MODEL, ...(models.data ?? []).map(({ name }) => name)]}
        value={value.model ?? NO_MODEL}
        allowDeselect={false}
        onChange={(name) => onChange({ ...value, model: name === NO_MODEL ? null : name })}
        w={210}
      />
      <NumberInput
        aria-label="Token limit"
        title="Tokens of prompt and answer that training keeps (max_length)"
        min={1}
        max={1_000_000}
        allowDecimal={false}
        value={value.maxLength}
        onChange={(next) => onChange({ ...value, maxLength: Number(next) || DEFAULT_LENGTH })}
        suffix=" tokens"
        w={120}
      />
    </>
  );
}

function Running({ versionId }: { versionId: string }) {
  const running = useQualityJobs((state) => state.running[versionId]);
  if (!running) return null;
  const { progress, cancel } = running;
  return (
    <div className="pl-row" role="status">
      <div className="pl-grow">
        <Bar value={progress?.done ?? 0} of={progress?.total ?? 0} label="Quality report" />
      </div>
      <span className="pl-caption pl-nowrap">
        {progress ? `${progress.what}, ${whole(progress.done)} of ${whole(progress.total)}` : 'starting'}
      </span>
      <Button variant="subtle" onClick={cancel}>
        Cancel
      </Button>
    </div>
  );
}

function Histograms({ report }: { report: QualityReport }) {
  return report.histograms.map((histogram) => (
    <div key={histogram.id}>
      <MetricChart
        title={histogram.title}
        chart={histogramChart(histogram)}
        height={150}
        help="Counts of rows by bin; the last bin holds everything above it as well."
      />
      <p className="pl-row pl-caption pl-histogram-legend">
        {histogram.series.map(({ name, median }) => (
          <Legend key={name} colour={name === 'margin' || name === 'completion' ? 'accent' : `${name}-fill`}>
            {name === 'margin' ? 'margin' : name}, median {whole(median)}
          </Legend>
        ))}
      </p>
    </div>
  ));
}

function Report({ report, onShowRows }: { report: QualityReport; onShowRows: (check: string) => void }) {
  return (
    <div className="pl-quality-columns">
      <Findings report={report} onShowRows={onShowRows} />
      <div className="pl-quality-side">
        <Baselines report={report} />
        <Histograms report={report} />
      </div>
    </div>
  );
}

const madeWith = ({ settings, rows, seconds, madeAt }: QualityReport): string =>
  `${whole(rows)} rows in ${seconds < 1 ? 'under a second' : duration(seconds)}, ${dateTime(madeAt)}, ${
    settings.model === null ? 'without token counts' : `tokens of ${settings.model}, limit ${whole(settings.maxLength)}`
  }`;

export function QualityTab({ dataset, version, onShowRows, onMade }: QualityTabProps) {
  const report = useCall('quality.report', { versionId: version.id });
  const [asked, setAsked] = useState<Settings | null>(null);
  const [cleaning, setCleaning] = useState(false);
  const running = useQualityJobs((state) => state.running[version.id] !== undefined);
  const failed = useQualityJobs((state) => state.failed[version.id]);
  const made = report.data?.settings;
  const settings = asked ?? { model: made?.model ?? null, maxLength: made?.maxLength ?? DEFAULT_LENGTH };
  const measure = () => measureQuality({ versionId: version.id, settings });
  return (
    <Content label="Quality">
      <div className="pl-toolbar">
        <SettingsBar value={settings} onChange={setAsked} />
        <Button leftSection={<IconRefresh />} onClick={measure} disabled={running}>
          {report.data ? 'Run again' : 'Check quality'}
        </Button>
        <span className="pl-grow pl-caption pl-ellipsis">{report.data && madeWith(report.data)}</span>
        {report.data && (
          <Button
            leftSection={<IconCopyMinus />}
            onClick={() => setCleaning(true)}
            disabled={!report.data.findings.some(({ count }) => count > 0)}
          >
            Make clean version
          </Button>
        )}
      </div>
      <Running versionId={version.id} />
      {failed && <ErrorState error={failed} what="The quality report could not be made" onRetry={measure} />}
      {report.isPending && <SkeletonLines count={8} />}
      {report.isError && (
        <ErrorState error={report.error} what="The quality report could not be read" onRetry={() => report.refetch()} />
      )}
      {report.data === null && !running && (
        <EmptyState title="This version was not looked at yet.">
          The report finds duplicates, contradictions, leaked prompts, personal data and secrets, and says how far
          length or single words give the label away. Choose a tokenizer for token counts, then press Check quality.
        </EmptyState>
      )}
      {report.data && <Report report={report.data} onShowRows={onShowRows} />}
      {cleaning && report.data && (
        <CleanVersion
          dataset={dataset}
          version={version}
          report={report.data}
          onMade={(versions) => {
            setCleaning(false);
            onMade(versions);
          }}
          onClose={() => setCleaning(false)}
        />
      )}
    </Content>
  );
}
