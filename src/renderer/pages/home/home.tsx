/** Home: the quickstart while the workspace is empty; afterwards what runs, what came out, and what is new. */
import { Button } from '@mantine/core';
import { IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { isQuickstart, type RunSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Banner } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useAction, useCall } from '../../host.ts';
import '../pages.css';
import { EmptyHome } from './empty-home.tsx';
import './home.css';
import { QuickstartPanel } from './quickstart.tsx';
import { useQuickstartState } from './quickstart-data.ts';
import { RecentPanel, RecentRuns } from './recent.tsx';
import { Results } from './results.tsx';
import { RunningCard } from './running-card.tsx';

/** Starts the quickstart; its first run shows up in the list of runs by itself. */
function useQuickstart() {
  const action = useAction('quickstart.start', ['runs.list']);
  return {
    start: (task = 'helpful') => action.mutate({ task }),
    pending: action.isPending,
    error: action.error,
  };
}

export type Quickstart = ReturnType<typeof useQuickstart>;

const ACTIVE = ['running', 'paused', 'queued'];

/** The run that has the machine, else the first that waits. */
export function currentRun(runs: readonly RunSummary[]): RunSummary | undefined {
  return ACTIVE.map((status) => runs.findLast((run) => run.status === status)).find((run) => run !== undefined);
}

const isQuickstarts = ({ group }: RunSummary): boolean => group !== null && isQuickstart(group);

function BusyHome({ runs, quickstart }: { runs: readonly RunSummary[]; quickstart: Quickstart }) {
  const [, navigate] = useLocation();
  const state = useQuickstartState();
  // what comes above others comes first: nothing is pushed down by what arrives later
  const settled = !useCall('results.list', {}).isPending && state !== undefined;
  const current = currentRun(runs.filter((run) => !isQuickstarts(run)));
  const underWay = runs.some((run) => isQuickstarts(run) && ACTIVE.includes(run.status));
  return (
    <>
      <PageHeader
        title="Home"
        actions={
          <>
            {!underWay && (
              <Button leftSection={<IconPlayerPlay />} onClick={() => quickstart.start()} loading={quickstart.pending}>
                Start quickstart
              </Button>
            )}
            <PrimaryButton leftSection={<IconPlus />} onClick={() => navigate('/experiments/new')}>
              New run
            </PrimaryButton>
          </>
        }
      />
      <div className="pl-columns">
        <Content label="Overview">
          {quickstart.error && <QuickstartError error={quickstart.error} />}
          {current && <RunningCard key={current.id} run={current} runs={runs} />}
          {settled ? (
            <>
              {state && <QuickstartPanel state={state} />}
              <Results without={state?.comparisons ?? []} />
              <RecentRuns runs={runs} />
            </>
          ) : (
            <SkeletonLines count={8} />
          )}
        </Content>
        <RecentPanel />
      </div>
    </>
  );
}

function QuickstartError({ error }: { error: Error }) {
  return (
    <Banner tone="danger" title="The quickstart could not be started.">
      {error.message}
    </Banner>
  );
}

export function HomePage() {
  const runs = useCall('runs.list', {});
  const quickstart = useQuickstart();
  if (runs.data && runs.data.length > 0) return <BusyHome runs={runs.data} quickstart={quickstart} />;
  return (
    <>
      <PageHeader title="Home" />
      <Content label="Overview">
        {runs.isPending && <SkeletonLines count={8} />}
        {runs.isError && (
          <ErrorState error={runs.error} what="The runs could not be read" onRetry={() => runs.refetch()} />
        )}
        {quickstart.error && <QuickstartError error={quickstart.error} />}
        {runs.data && <EmptyHome quickstart={quickstart} />}
      </Content>
    </>
  );
}
