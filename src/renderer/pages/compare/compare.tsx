/** Compare: runs as series over each other, how they end, in what they differ, and who wins. */
import { Button } from '@mantine/core';
import { useViewportSize } from '@mantine/hooks';
import { IconPlus, IconScale } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { CompareSet, CompareView } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Banner } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import '../pages.css';
import { AddRuns } from './add-runs.tsx';
import { CompareCharts, MetricPicker } from './charts.tsx';
import { Chips, DrawingTools } from './chips.tsx';
import './compare.css';
import { ExportMenu } from './export.tsx';
import { Further } from './further.tsx';
import { VerdictCard } from './judging.tsx';
import { SavedMenu } from './saved.tsx';
import { ConfigDiff, FinalTable } from './table.tsx';
import { comparePath, useView, type ViewState } from './view.ts';

/** Charts above the table: higher where there is room. */
const heightOf = (width: number, height: number): number => (width >= 1600 && height > 900 ? 232 : 196);

function Opened({ set, state, view }: { set: CompareSet; state: ViewState; view: CompareView }) {
  const [focus, setFocus] = useState<string | null>(null);
  const [refused, setRefused] = useState<Error | null>(null);
  const { width, height } = useViewportSize();
  const { baseline, judge, runs } = view;
  // intervals of many series take the host a while: the curves go first
  const [ready, setReady] = useState(false);
  const onReady = useCallback(() => setReady(true), []);
  const table = useCall('compare.table', { runs, baseline, judge }, { keep: true, enabled: ready });
  // cells stand for series by their place: those of another set of runs say nothing here
  const fits = table.data?.series.join(' ') === set.series.map(({ key }) => key).join(' ');
  const rows = fits ? table.data?.rows : undefined;
  const { change: onView } = state;
  const name = state.saved?.name ?? 'Comparison';
  return (
    <>
      <CompareHeader state={state}>
        <ExportMenu name={name} set={set} view={view} rows={rows} onError={setRefused} />
        <RateThese set={set} view={view} />
      </CompareHeader>
      <div className="pl-compare-bar">
        <Chips set={set} view={view} onView={onView} onRuns={state.setRuns} onFocus={setFocus} />
        <div className="pl-compare-tools">
          <MetricPicker set={set} chosen={view.metrics ?? set.telling} onChange={(metrics) => onView({ metrics })} />
          <DrawingTools set={set} view={view} onView={onView} />
        </div>
      </div>
      <Content label="Comparison">
        {set.missing.length > 0 && (
          <Banner
            tone="neutral"
            title={`${counted(set.missing.length, 'run')} of this comparison is not there any more.`}
          >
            The others are compared. What judges said before is kept.
          </Banner>
        )}
        {refused && (
          <Banner tone="danger" title="The report could not be written.">
            {refused.message}
          </Banner>
        )}
        <CompareCharts
          set={set}
          view={view}
          rows={rows}
          focus={focus}
          height={heightOf(width, height)}
          onReady={onReady}
        />
        <div className="pl-compare-columns">
          <div className="pl-compare-tables">
            {!rows && !table.isError && (
              <div className="pl-card">
                <SkeletonLines count={6} />
              </div>
            )}
            {table.isError && (
              <ErrorState
                error={table.error}
                what="The final values could not be read"
                onRetry={() => table.refetch()}
              />
            )}
            {rows && <FinalTable set={set} rows={rows} view={view} onView={onView} />}
            {rows && set.series.length > 1 && <ConfigDiff set={set} />}
          </div>
          <VerdictCard set={set} view={view} onView={onView} />
        </div>
        {rows && <Further set={set} rows={rows} view={view} focus={focus} height={heightOf(width, height)} />}
        <p className="pl-caption">
          Runs of a group that differ by their seed only are one series. Samples are paired by prompt: bootstrap, 10 000
          draws. Metrics are paired by seed: Student’s interval. Bold: better than every other series by an interval
          that excludes 0.
        </p>
      </Content>
    </>
  );
}

/** A queue of the answers of all that are shown; the first seed stands for its series. */
function RateThese({ set, view }: { set: CompareSet; view: CompareView }) {
  const [, navigate] = useLocation();
  const models = set.series.flatMap(({ key, models: [first] }) =>
    first === undefined || view.hidden.includes(key) ? [] : [first],
  );
  if (models.length < 2) return null;
  return (
    <Button
      leftSection={<IconScale />}
      onClick={() => navigate(`/rate/new?${new URLSearchParams({ models: models.slice(0, MOST_RATED).join() })}`)}
    >
      Rate these
    </Button>
  );
}

/** Models of one queue. */
const MOST_RATED = 8;

function CompareHeader({ state, children }: { state: ViewState; children?: React.ReactNode }) {
  const [adding, setAdding] = useState(false);
  return (
    <>
      <PageHeader
        title="Compare"
        facts={<SavedMenu state={state} />}
        actions={
          <>
            {children}
            <PrimaryButton leftSection={<IconPlus />} onClick={() => setAdding(true)}>
              Add runs
            </PrimaryButton>
          </>
        }
      />
      {adding && <AddRuns chosen={state.view.runs} onChoose={state.setRuns} onClose={() => setAdding(false)} />}
    </>
  );
}

function NothingChosen({ state }: { state: ViewState }) {
  const [, navigate] = useLocation();
  return (
    <EmptyState
      title="No runs to compare yet."
      action={
        state.savedList.length === 0 ? undefined : (
          <ul className="pl-compare-saved" aria-label="Saved comparisons">
            {state.savedList.map((each) => (
              <li key={each.id}>
                <Button onClick={() => navigate(comparePath(each.view.runs, each.id))}>{each.name}</Button>{' '}
                <span className="pl-caption">{counted(each.view.runs.length, 'run')}</span>
              </li>
            ))}
          </ul>
        )
      }
    >
      Press Add runs, or select rows on Experiments and press C. Runs that differ by their seed only become one line
      with a band.
    </EmptyState>
  );
}

export function ComparePage() {
  const state = useView();
  const { view } = state;
  const opened = useCall(
    'compare.open',
    { runs: view.runs },
    { enabled: view.runs.length > 0, keep: true, fresh: true },
  );
  const set = opened.data;
  // another set of runs may not have the axis that was chosen
  const shown = useMemo<CompareView>(
    () => (set && !set.axes.includes(view.axis) ? { ...view, axis: 'step' } : view),
    [set, view],
  );
  if (view.runs.length > 0 && set) return <Opened set={set} state={state} view={shown} />;
  return (
    <>
      <CompareHeader state={state} />
      <Content label="Comparison">
        {opened.isError && (
          <ErrorState error={opened.error} what="The runs could not be compared" onRetry={() => opened.refetch()} />
        )}
        {view.runs.length === 0 && !state.pending && <NothingChosen state={state} />}
        {(state.pending || (view.runs.length > 0 && opened.isPending)) && <SkeletonLines count={8} />}
      </Content>
    </>
  );
}
