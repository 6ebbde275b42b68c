/** The charts of a comparison: the chosen metrics, each with all series, and the frontier of reward against KL. */
import { useElementSize } from '@mantine/hooks';
import { IconChartLine } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import { compareChart, frontierChart, metricName } from '../../../charts/compare-charts.ts';
import { factsOf } from '../../../charts/metric-facts.ts';
import { counted } from '../../../charts/numbers.ts';
import type { CompareRow, CompareSet, CompareView } from '../../../preload/contract/index.ts';
import { cancelDrawing, enqueueDrawing } from '../../charts/draw-queue.ts';
import { CheckPicker } from '../../components/check-picker.tsx';
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
  return (
    <CheckPicker
      button="Metrics"
      icon={<IconChartLine />}
      title="Metrics that are drawn"
      find="Find a metric"
      nothing="No metric has this name."
      reset="Those that say most"
      position="bottom-start"
      className="pl-compare-picks"
      groups={[
        {
          entries: set.metrics.map(({ name, series }) => ({
            id: name,
            name,
            label: (
              <>
                <span className="pl-mono">{titleOf(name)}</span>{' '}
                <span className="pl-caption">
                  {series < set.series.length ? `${series} of ${counted(set.series.length, 'series', 'series')}` : ''}
                </span>
              </>
            ),
            disabled: !chosen.includes(name) && chosen.length >= MOST_CHARTS,
          })),
        },
      ]}
      chosen={chosen}
      onChange={onChange}
    />
  );
}

export interface CompareChartsProps {
  readonly set: CompareSet;
  readonly view: CompareView;
  readonly rows: readonly CompareRow[] | undefined;
  readonly focus: string | null;
  readonly height: number;
  /** The curves are drawn; what takes longer may be asked for. */
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
    if (!ready) return;
    // behind the charts in the queue: what the host does next would take from their drawing
    enqueueDrawing(onReady);
    return () => cancelDrawing(onReady);
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
  // its place is kept: the curves beside it do not move when the final values have come
  const awaitsFrontier = ['objective/kl', 'objective/gold'].every((part) =>
    set.telling.some((metric) => metric.includes(part)),
  );
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
        i === 0 && rows === undefined && awaitsFrontier && (
          <div key="frontier" className="pl-card" style={{ minHeight: height + 40 }}>
            <SkeletonLines count={4} />
          </div>
        ),
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
