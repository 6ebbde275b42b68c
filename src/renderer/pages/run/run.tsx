/** A run, live or ended: progress, warnings, charts, samples, log, config and checkpoints. */

import { Button, Tabs } from '@mantine/core';
import { useViewportSize } from '@mantine/hooks';
import { IconCopy, IconPlayerPause, IconPlayerPlay, IconSquare, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { LogLine, RunDetail, RunSample } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Content } from '../../components/content.tsx';
import { Bar } from '../../components/figures.tsx';
import { Banner, MethodMark, Status } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useAction } from '../../host.ts';
import { bytes, clock, dateTime, duration, fixed, shown, whole } from '../../numbers.ts';
import { useKeys } from '../../shortcuts.ts';
import { draftFromRun, useDraft } from '../experiments/draft.ts';
import { ChartsTab } from './charts-tab.tsx';
import './run.css';
import { useRunData } from './run-data.ts';
import { PromptPicker, PromptSamples, samplesByPrompt } from './samples.tsx';
import { RunWarnings } from './warnings.tsx';

const TABS = ['Charts', 'Samples', 'Log', 'Config', 'Checkpoints'] as const;
type Tab = (typeof TABS)[number];

const active = (status: RunDetail['status']) => status === 'running' || status === 'queued' || status === 'paused';

type Asking = 'stop' | 'delete' | null;

function Actions({ run, ask }: { run: RunDetail; ask: (what: Asking) => void }) {
  const [, navigate] = useLocation();
  const pause = useAction('runs.pause', ['runs.get']);
  const resume = useAction('runs.resume', ['runs.get']);
  const clone = () => {
    useDraft.setState(draftFromRun(run));
    navigate('/experiments/new');
  };
  const canResume = run.status === 'paused' || run.status === 'failed' || run.status === 'stopped';
  const input = { id: run.id };
  useKeys({
    P: () => (canResume ? resume.mutate(input) : run.status === 'running' && pause.mutate(input)),
    'Shift+S': () => active(run.status) && ask('stop'),
  });
  return (
    <>
      <Button variant="subtle" leftSection={<IconCopy />} onClick={clone}>
        Clone
      </Button>
      {!active(run.status) && (
        <Button className="pl-button-danger" leftSection={<IconTrash />} onClick={() => ask('delete')}>
          Delete
        </Button>
      )}
      {run.status === 'running' && (
        <Button leftSection={<IconPlayerPause />} loading={pause.isPending} onClick={() => pause.mutate(input)}>
          Pause
        </Button>
      )}
      {active(run.status) && (
        <Button leftSection={<IconSquare />} onClick={() => ask('stop')}>
          Stop
        </Button>
      )}
      {canResume && (
        <PrimaryButton leftSection={<IconPlayerPlay />} loading={resume.isPending} onClick={() => resume.mutate(input)}>
          Resume
        </PrimaryButton>
      )}
    </>
  );
}

/** Shares of the whole at which an evaluation stands; none when they would be closer than the eye can tell. */
function evaluationMarks(run: RunDetail): readonly number[] {
  const every = run.config.eval_steps;
  if (typeof every !== 'number' || every < 1 || run.maxSteps / every > 60) return [];
  const count = Math.ceil(run.maxSteps / every) - 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => ((i + 1) * every) / run.maxSteps);
}

function Strip({ run }: { run: RunDetail }) {
  const ended = !active(run.status);
  const perStep = run.seconds !== null && run.step > 0 ? run.seconds / run.step : null;
  const epoch = run.latest.epoch;
  return (
    <div className="pl-strip">
      <Bar
        value={run.step}
        of={run.maxSteps}
        label="Progress of the run"
        large
        danger={run.status === 'failed'}
        marks={evaluationMarks(run)}
      />
      <div className="pl-strip-facts">
        <span>
          {run.status === 'failed' ? 'failed at ' : ''}step {whole(run.step)} of {whole(run.maxSteps)}
        </span>
        {!ended && run.secondsLeft !== null && <span className="pl-strong">{duration(run.secondsLeft)} left</span>}
        {ended && run.seconds !== null && <span>after {duration(run.seconds)}</span>}
        {epoch != null && <span>epoch {fixed(epoch, 2)}</span>}
        {perStep !== null && (
          <span>{perStep >= 1 ? `${fixed(perStep, 1)} s` : `${fixed(perStep * 1000)} ms`} per step</span>
        )}
        {run.tokensPerSecond !== null && <span>{whole(run.tokensPerSecond)} tok/s</span>}
        {run.peakMemoryBytes !== null && <span>{bytes(run.peakMemoryBytes)} peak</span>}
        {run.referenceModel && <span className="pl-ellipsis">reference {run.referenceModel}</span>}
      </div>
    </div>
  );
}

function Log({ lines }: { lines: readonly LogLine[] }) {
  if (lines.length === 0) return <p className="pl-2">Nothing has been logged yet.</p>;
  return (
    <ol className="pl-log">
      {lines.map((line) => (
        <li key={`${line.at} ${line.text}`} data-level={line.level}>
          <span className="pl-3">{clock(line.at)}</span>
          <span>{line.text}</span>
        </li>
      ))}
    </ol>
  );
}

function Config({ run }: { run: RunDetail }) {
  return (
    <table className="pl-table dense" style={{ maxWidth: 860 }} aria-label="Config">
      <thead>
        <tr>
          <th>Key</th>
          <th>Value</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(run.config).map(([key, value]) => (
          <tr key={key}>
            <td className="pl-mono">{key}</td>
            <td className="pl-mono" style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
              {shown(value)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Checkpoints({ run }: { run: RunDetail }) {
  if (run.checkpoints.length === 0)
    return (
      <EmptyState title="No checkpoint yet.">
        One is written every save_steps, when the run is stopped, and at its end.
      </EmptyState>
    );
  return (
    <table className="pl-table" style={{ maxWidth: 860 }} aria-label="Checkpoints">
      <thead>
        <tr>
          <th>Step</th>
          <th className="end">Size</th>
          <th className="end">Written</th>
        </tr>
      </thead>
      <tbody>
        {run.checkpoints.map((checkpoint) => (
          <tr key={checkpoint.step}>
            <td className="pl-strong">{whole(checkpoint.step)}</td>
            <td className="end">{bytes(checkpoint.bytes)}</td>
            <td className="end pl-2">{dateTime(checkpoint.createdAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Side({
  prompts,
  index,
  onIndex,
  log,
  onLog,
}: {
  prompts: readonly (readonly RunSample[])[];
  index: number;
  onIndex: (index: number) => void;
  log: readonly LogLine[];
  onLog: () => void;
}) {
  return (
    <SidePanel
      label="Samples and log"
      title={<h2>Samples over time</h2>}
      actions={prompts.length > 0 && <PromptPicker index={index} count={prompts.length} onChange={onIndex} />}
      footer={
        <section className="pl-panel-foot" aria-label="Log, last lines">
          <div className="pl-row">
            <h2 className="pl-grow">Log</h2>
            <button type="button" className="pl-link" onClick={onLog}>
              Open
            </button>
          </div>
          <Log lines={log.slice(-4)} />
        </section>
      }
    >
      {prompts.length === 0 ? (
        <p className="pl-2">No samples yet. They are drawn at every evaluation.</p>
      ) : (
        <PromptSamples samples={prompts[index] ?? []} />
      )}
    </SidePanel>
  );
}

function AskDialogs({ run, asking, close }: { run: RunDetail; asking: Asking; close: () => void }) {
  const [, navigate] = useLocation();
  const stop = useAction('runs.stop', ['runs.get', 'runs.list']);
  const remove = useAction('runs.remove', ['runs.list']);
  const size = run.checkpoints.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0);
  if (asking === 'stop')
    return (
      <Confirm
        title={`Stop ${run.name}`}
        act="Stop run"
        keep="Keep running"
        onAct={() => stop.mutateAsync({ id: run.id })}
        onClose={close}
      >
        It stops after the step it is in and writes a checkpoint. You can resume from there.
      </Confirm>
    );
  if (asking === 'delete')
    return (
      <Confirm
        title={`Delete ${run.name}`}
        act="Delete run"
        keep="Keep"
        onAct={() => remove.mutateAsync({ id: run.id }).then(() => navigate('/experiments'))}
        onClose={close}
      >
        Its metrics, samples, log and {run.checkpoints.length} checkpoints go. Frees {bytes(size)}.
      </Confirm>
    );
  return null;
}

function FailedBanner({ run }: { run: RunDetail }) {
  if (run.status !== 'failed') return null;
  const last = run.checkpoints.at(-1);
  return (
    <Banner tone="danger" title={`The run failed at step ${whole(run.step)}.`}>
      {run.error ?? 'No reason was recorded; see the log.'}{' '}
      <strong>
        {last
          ? `Nothing up to step ${whole(last.step)} is lost: Resume goes on from there.`
          : 'There is no checkpoint yet: Resume starts again.'}
      </strong>
    </Banner>
  );
}

export function RunPage({ params }: { params: Record<string, string> }) {
  const data = useRunData(params.id);
  const [tab, setTab] = useState<Tab>('Charts');
  const [asking, ask] = useState<Asking>(null);
  const [index, setIndex] = useState(0);
  const { height, width } = useViewportSize();
  const prompts = samplesByPrompt(data.samples);
  const count = Math.max(1, prompts.length);
  useKeys({
    ...Object.fromEntries(TABS.map((each, i) => [String(i + 1), () => setTab(each)])),
    ArrowLeft: () => setIndex((was) => (was + count - 1) % count),
    ArrowRight: () => setIndex((was) => (was + 1) % count),
  });
  const { detail } = data;
  const parent = { title: 'Experiments', path: '/experiments' };
  if (detail.isPending)
    return (
      <>
        <PageHeader title="Run" parent={parent} />
        <div className="pl-content">
          <SkeletonLines count={8} />
        </div>
      </>
    );
  if (detail.isError)
    return (
      <>
        <PageHeader title="Run" parent={parent} />
        <div className="pl-content">
          <ErrorState error={detail.error} what="This run could not be read" onRetry={() => detail.refetch()} />
        </div>
      </>
    );
  const run = detail.data;
  const counts: Partial<Record<Tab, number>> = { Samples: prompts.length, Checkpoints: run.checkpoints.length };
  return (
    <>
      <PageHeader
        title={run.name}
        parent={parent}
        facts={
          <>
            <MethodMark method={run.method} />
            <Status status={run.status} />
          </>
        }
        actions={<Actions run={run} ask={ask} />}
      />
      <Strip run={run} />
      <Tabs className="pl-tabs" value={tab} onChange={(value) => setTab((value ?? 'Charts') as Tab)}>
        <Tabs.List>
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {each}
              {counts[each] !== undefined && counts[each] > 0 && <span className="count">{counts[each]}</span>}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <div className="pl-columns">
        <Content label={tab}>
          <FailedBanner run={run} />
          {tab === 'Charts' && (
            <>
              <RunWarnings run={run} points={data.points} />
              {data.metrics.isError && (
                <ErrorState
                  error={data.metrics.error}
                  what="The metrics could not be read"
                  onRetry={() => data.metrics.refetch()}
                />
              )}
              <ChartsTab run={run} points={data.points} height={width >= 1600 && height > 900 ? 180 : 128} />
            </>
          )}
          {tab === 'Samples' &&
            (prompts.length === 0 ? (
              <EmptyState title="No samples yet.">They are drawn at every evaluation (eval_steps).</EmptyState>
            ) : (
              <div className="pl-charts">
                {prompts.map((samples) => (
                  <div key={samples[0].promptIndex} className="pl-card">
                    <PromptSamples samples={samples} />
                  </div>
                ))}
              </div>
            ))}
          {tab === 'Log' && <Log lines={data.log} />}
          {tab === 'Config' && (
            <div className="pl-card flush" style={{ maxWidth: 860, flex: 'none' }}>
              <Config run={run} />
            </div>
          )}
          {tab === 'Checkpoints' && <Checkpoints run={run} />}
        </Content>
        {tab === 'Charts' && width >= 1000 && (
          <Side
            prompts={prompts}
            index={Math.min(index, count - 1)}
            onIndex={setIndex}
            log={data.log}
            onLog={() => setTab('Log')}
          />
        )}
      </div>
      <AskDialogs run={run} asking={asking} close={() => ask(null)} />
    </>
  );
}
