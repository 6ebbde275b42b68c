/** Below the table: what the sweep shows from options to ends, and where gold turns with the distance from the reference. */
import { useMemo } from 'react';
import { seriesTitle } from '../../../charts/compare-charts.ts';
import { fixed } from '../../../charts/numbers.ts';
import { overoptimisationChart, peakText } from '../../../charts/overoptimisation-chart.ts';
import { parallelAxes, parallelLabel, parallelOption } from '../../../charts/parallel-chart.ts';
import type { CompareRow, CompareSet, CompareView, OveroptimisedSeries } from '../../../preload/contract/index.ts';
import { Chart } from '../../charts/chart.tsx';
import { Card } from '../../components/card.tsx';
import { MethodMark } from '../../components/labels.tsx';
import { MetricChart } from '../../components/metric-chart.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { useTokens } from '../../theme/tokens.ts';

const HEIGHT = 220;

interface SweepProps {
  readonly set: CompareSet;
  readonly rows: readonly CompareRow[];
  readonly hidden: readonly string[];
  readonly focus: string | null;
}

function Sweep({ set, rows, hidden, focus }: SweepProps) {
  const tokens = useTokens();
  const axes = useMemo(() => parallelAxes(set, rows), [set, rows]);
  const option = useMemo(
    () => parallelOption(axes, set, { hidden, focus }, tokens),
    [axes, set, hidden, focus, tokens],
  );
  if (axes.length < 2) return null;
  return (
    <Card
      title="Sweep"
      note="options that differ, then where each series ended; drag along an axis to single lines out"
    >
      <Chart option={option} label={parallelLabel(axes, set)} height={HEIGHT} />
    </Card>
  );
}

const withError = (value: number, error: number) => (
  <>
    {fixed(value, 3)} <span className="pl-caption">±{fixed(error, 3)}</span>
  </>
);

function FitRow({ found, set }: { found: OveroptimisedSeries; set: CompareSet }) {
  const series = set.series.find(({ key }) => key === found.series);
  const { fit, points } = found;
  if (!series) return null;
  return (
    <tr>
      <th scope="row">
        <MethodMark method={series.method} title={seriesTitle(series)} />
      </th>
      {fit ? (
        <>
          <td className="end">{withError(fit.alpha, fit.alphaError)}</td>
          <td className="end">{withError(fit.beta, fit.betaError)}</td>
          <td className="end">{fixed(fit.r2, 2)}</td>
          <td className="end">{peakText(found)}</td>
        </>
      ) : (
        <td className="pl-2 end" colSpan={4}>
          {points.length} evaluations: a fit needs four at different distances
        </td>
      )}
    </tr>
  );
}

function Overoptimisation({ set, view, height }: { set: CompareSet; view: CompareView; height: number }) {
  const found = useCall('compare.overoptimisation', { runs: view.runs }, { keep: true });
  const chart = useMemo(
    () => overoptimisationChart(found.data ?? [], set.series, view.hidden),
    [found.data, set.series, view.hidden],
  );
  if (found.isError)
    return <ErrorState error={found.error} what="The fits could not be made" onRetry={() => found.refetch()} />;
  if (!chart || !found.data) return null;
  return (
    <div className="pl-compare-further">
      <MetricChart
        title="Over-optimisation"
        chart={chart}
        height={height}
        help="Gold reward gained over d = √KL. Gao's fit for RL: d (α − β ln d). Where β is above 0 gold turns; the peak says at which KL. Behind > stands the largest KL seen: the fit turns far beyond it."
      />
      <section className="pl-card flush pl-compare-table" aria-label="Fits">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
        <section className="pl-compare-scroll" tabIndex={0} aria-label="Fits, table">
          <table className="pl-table" aria-label="Over-optimisation fits">
            <thead>
              <tr>
                <th>gold = d (α − β ln d)</th>
                <th className="end">α</th>
                <th className="end">β</th>
                <th className="end">R²</th>
                <th className="end">Peak KL, nats</th>
              </tr>
            </thead>
            <tbody>
              {found.data
                .filter(({ series }) => !view.hidden.includes(series))
                .map((each) => (
                  <FitRow key={each.series} found={each} set={set} />
                ))}
            </tbody>
          </table>
        </section>
      </section>
    </div>
  );
}

export interface FurtherProps extends Omit<SweepProps, 'hidden'> {
  readonly view: CompareView;
  readonly height: number;
}

export function Further({ set, rows, view, focus, height }: FurtherProps) {
  return (
    <>
      <Sweep set={set} rows={rows} hidden={view.hidden} focus={focus} />
      <Overoptimisation set={set} view={view} height={height} />
    </>
  );
}
