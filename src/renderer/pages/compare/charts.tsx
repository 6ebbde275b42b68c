/** The charts of a comparison: the chosen metrics, each with all series, and the frontier of reward against KL. */
import { Button, Checkbox, Popover, TextInput } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconChartLine, IconSearch } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { compareChart, frontierChart, metricName } from '../../../charts/compare-charts.ts';
import { factsOf } from '../../../charts/metric-facts.ts';
import { counted } from '../../../charts/numbers.ts';
import type { CompareRow, CompareSet, CompareView } from '../../../preload/contract/index.ts';
import { MetricChart } from '../../components/metric-chart.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useSettings } from '../../settings.ts';
import { useCompareCurves } from './curves.ts';

/** Charts that can be read beside each other. */
const MOST_CHARTS = 12;
/** px; two charts and the gap have at least this. */
const CHART_WIDTH = 480;

const titleOf = (metric: string): string => (metric.startsWith('eval_') ? `${metricName(metric)}, evaluation` : metric);

export function MetricPicker({
  set,
  chosen,
  onChange,
}: {
  set: CompareSet;
  chosen: readonly string[];
  onChange: (metrics: string[] | null) => void;
}) {
  const [asked, setAsked] = useState('');
  const found = set.metrics.filter(({ name }) => name.toLowerCase().includes(asked.toLowerCase()));
  return (
    <Popover position="bottom-start" trapFocus>
      <Popover.Target>
        <Button variant="subtle" leftSection={<IconChartLine />}>
          Metrics
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Metrics that are drawn">
        <TextInput
          aria-label="Find a metric"
          placeholder="Find a metric"
          leftSection={<IconSearch />}
          value={asked}
          onChange={(event) => setAsked(event.currentTarget.value)}
        />
        <div className="pl-compare-picks">
          {found.map(({ name, series }) => (
            <Checkbox
              key={name}
              label={
                <>
                  <span className="pl-mono">{titleOf(name)}</span>{' '}
                  <span className="pl-caption">
                    {series < set.series.length ? `${series} of ${counted(set.series.length, 'series', 'series')}` : ''}
                  </span>
                </>
              }
              checked={chosen.includes(name)}
              disabled={!chosen.includes(name) && chosen.length >= MOST_CHARTS}
              onChange={(event) =>
                onChange(event.currentTarget.checked ? [...chosen, name] : chosen.filter((each) => each !== name))
              }
            />
          ))}
          {found.length === 0 && <p className="pl-caption">No metric has this name.</p>}
        </div>
        <Button variant="subtle" onClick={() => onChange(null)}>
          Those that say most
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

export interface CompareChartsProps {
  readonly set: CompareSet;
  readonly view: CompareView;
  readonly rows: readonly CompareRow[] | undefined;
  readonly focus: string | null;
  readonly height: number;
  /** The curves are there; what takes longer may be asked for. */
  readonly onReady: () => void;
}

export function CompareCharts({ set, view, rows, focus, height, onReady }: CompareChartsProps) {
  const { smoothing } = useSettings();
  const { ref, width } = useElementSize();
  const metrics = view.metrics ?? set.telling;
  const { whole, charts, xMax, onWindow } = useCompareCurves({
    view,
    metrics,
    series: set.series.length,
    // asked for at once: a width measured first would cost a frame
    width: width > 0 ? Math.round(width / Math.max(1, Math.floor(width / CHART_WIDTH))) : CHART_WIDTH,
  });
  const { axis, logX, logY, hidden } = view;
  const ready = metrics.length === 0 || !whole.isPending;
  useEffect(() => {
    if (ready) onReady();
  }, [ready, onReady]);
  const drawn = useMemo(
    () =>
      charts.map((chart) => ({
        metric: chart.metric,
        chart: compareChart(chart, { series: set.series, hidden, axis, logX, logY, smoothing, focus, xMax }),
      })),
    [charts, set.series, hidden, axis, logX, logY, smoothing, focus, xMax],
  );
  const frontier = useMemo(() => frontierChart(set.series, rows ?? [], hidden), [set.series, rows, hidden]);
  if (whole.isError)
    return <ErrorState error={whole.error} what="The curves could not be read" onRetry={() => whole.refetch()} />;
  if (metrics.length === 0)
    return (
      <EmptyState title="These runs have no curve in common.">
        Choose metrics of single series under Metrics, or add runs of the same kind.
      </EmptyState>
    );
  // percents of an axis that begins at 0; a logarithmic one is drawn from what is there
  const toRange = (part: readonly [number, number] | null) =>
    onWindow(part === null || logX ? null : [(part[0] / 100) * xMax, (part[1] / 100) * xMax]);
  return (
    <div ref={ref} className="pl-compare-charts">
      {whole.isPending &&
        metrics.map((metric) => (
          <div key={metric} className="pl-card" style={{ minHeight: height + 40 }}>
            <SkeletonLines count={4} />
          </div>
        ))}
      {drawn.flatMap(({ metric, chart }, i) => [
        <MetricChart
          key={metric}
          title={titleOf(metric)}
          chart={chart}
          height={height}
          help={factsOf(metricName(metric)).help}
          zoomGroup="compare"
          onWindow={toRange}
        />,
        // beside what it is made of
        i === 0 && frontier && (
          <MetricChart
            key="frontier"
            title="Reward against KL"
            chart={frontier}
            height={height}
            help="Where each series ended, joined within a method in the order of KL."
          />
        ),
      ])}
    </div>
  );
}
