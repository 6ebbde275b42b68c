/** A quickstart on Home: its stages while they run, the curves they share, and the table with what must be said beside it. */
import { Button } from '@mantine/core';
import { IconDownload, IconPlayerPlay, IconSquare } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { duration, percent } from '../../../charts/numbers.ts';
import { goldByKl, goldBySteps } from '../../../charts/quickstart-charts.ts';
import type { QuickstartState } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Bar } from '../../components/figures.tsx';
import { Banner } from '../../components/labels.tsx';
import { MetricChart } from '../../components/metric-chart.tsx';
import { useQuickstartActions } from './quickstart-data.ts';
import { QuickstartComparisons, QuickstartModels } from './quickstart-result.tsx';
import { StageChart, StageTable } from './quickstart-stages.tsx';

const ENDED_EARLY: Readonly<Record<string, string>> = {
  stopped: 'The quickstart was stopped.',
  failed: 'The quickstart could not go on.',
  interrupted: 'The quickstart was interrupted.',
};

/** "62%, about 1 min 20 s left". */
function progressWords({ status, share, secondsLeft, seconds }: QuickstartState): string {
  if (status === 'finished') return `finished in ${duration(seconds)}`;
  const left = status === 'running' && secondsLeft !== null ? `, about ${duration(secondsLeft)} left` : '';
  return `${percent(share, 0)} done${left}`;
}

export function QuickstartPanel({ state }: { state: QuickstartState }) {
  const { status, task, seed, share } = state;
  const actions = useQuickstartActions(state);
  const [asking, setAsking] = useState(false);
  const running = status === 'running';
  return (
    <>
      <section className="pl-card pl-home-card" aria-label="Quickstart">
        <div className="pl-row">
          <h2>Quickstart</h2>
          <span className="pl-caption pl-grow">
            {task}, seed {seed}: {progressWords(state)}
          </span>
          {running && (
            <Button leftSection={<IconSquare />} onClick={() => setAsking(true)}>
              Stop quickstart
            </Button>
          )}
          {ENDED_EARLY[status] && (
            <Button leftSection={<IconPlayerPlay />} onClick={actions.resume} loading={actions.resuming}>
              Resume quickstart
            </Button>
          )}
          {status === 'finished' && (
            <Button leftSection={<IconDownload />} onClick={actions.saveReport} loading={actions.saving}>
              Save report
            </Button>
          )}
        </div>
        {actions.error && (
          <p className="pl-danger" role="alert">
            {actions.error.message}
          </p>
        )}
        {ENDED_EARLY[status] && (
          <Banner tone={status === 'failed' ? 'danger' : 'warn'} title={ENDED_EARLY[status]}>
            {state.message ?? 'What is finished is kept.'} Resuming goes on from the newest checkpoints.
          </Banner>
        )}
        <Bar value={share} of={1} label="Progress of the quickstart" large />
        <div className="pl-home-stages">
          <StageTable stages={state.stages} />
          <StageChart stages={state.stages} />
        </div>
      </section>
      <SharedCharts state={state} />
      <QuickstartModels state={state} />
      {state.comparisons.length > 0 && <QuickstartComparisons state={state} />}
      {asking && running && (
        <Confirm
          title="Stop the quickstart?"
          act="Stop quickstart"
          keep="Keep running"
          onAct={actions.stop}
          onClose={() => setAsking(false)}
        >
          Each stage that runs stops after the step it is in and writes a checkpoint. You can resume from there.
        </Confirm>
      )}
    </>
  );
}

/** Gold reward by step and against KL: all methods in one chart each. */
function SharedCharts({ state }: { state: QuickstartState }) {
  const charts = useMemo(() => [goldBySteps(state), goldByKl(state)] as const, [state]);
  const help = 'Fresh answers to held-out prompts at every evaluation, read by the gold reward of the task.';
  return (
    <div className="pl-home-pair">
      <MetricChart title="Gold reward by step" chart={charts[0]} height={190} help={help} />
      <MetricChart title="Gold reward against KL" chart={charts[1]} height={190} help={help} />
    </div>
  );
}
