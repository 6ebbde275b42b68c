/** A run, live or ended: progress, warnings, charts, samples, log, config and checkpoints. */
import { Tabs } from '@mantine/core';
import { useViewportSize } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'wouter';
import { counted, whole } from '../../../charts/numbers.ts';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Banner, MethodMark, Status } from '../../components/labels.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useKeys } from '../../shortcuts.ts';
import '../pages.css';
import { ChartsTab } from './charts-tab.tsx';
import { CheckpointsTab } from './checkpoints-tab.tsx';
import { ConfigTab } from './config-tab.tsx';
import { FailedRun } from './failed.tsx';
import { LogTab } from './log.tsx';
import './run.css';
import { RunActions } from './run-actions.tsx';
import { useRunData } from './run-data.ts';
import { RunSide } from './run-side.tsx';
import { isActive } from './run-state.ts';
import { SamplesTab, samplesByPrompt } from './samples.tsx';
import { ProgressStrip } from './strip.tsx';
import { RunWarnings } from './warnings.tsx';

const TABS = ['Charts', 'Samples', 'Log', 'Config', 'Checkpoints'] as const;
type Tab = (typeof TABS)[number];

/** A run with a person as annotator does nothing until its pairs are rated. */
function WaitsForPerson({ run: { id, ratingsWaiting, step } }: { run: RunDetail }) {
  return (
    <Banner
      tone="neutral"
      title={`Waits for ${counted(ratingsWaiting, 'rating')}.`}
      actions={<Link href={`/rate/${id}`}>Rate them</Link>}
    >
      Step {whole(step + 1)} begins to learn when all its pairs are rated.
    </Banner>
  );
}

type RunData = ReturnType<typeof useRunData>;

/** Below this width the charts have the page to themselves. */
const ROOM_FOR_SIDE = 1000;

function TabBar({ counts }: { counts: Partial<Record<Tab, number>> }) {
  return (
    <Tabs.List className="pl-tabs" aria-label="Views of the run">
      {TABS.map((each) => (
        <Tabs.Tab key={each} value={each}>
          {each}
          {/* its place is kept while it is not known */}
          {each in counts && <span className="count">{counts[each] || ''}</span>}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  );
}

function Charts({ run, data, onSamples }: { run: RunDetail; data: RunData; onSamples: () => void }) {
  const { height, width } = useViewportSize();
  const [wanted, setWanted] = useState('');
  const { metrics, book, version } = data;
  return (
    <>
      {run.status !== 'failed' && <RunWarnings run={run} book={book} show={{ curve: setWanted, samples: onSamples }} />}
      {metrics.isError && (
        <ErrorState error={metrics.error} what="The metrics could not be read" onRetry={() => metrics.refetch()} />
      )}
      <ChartsTab
        run={run}
        book={book}
        version={version}
        height={width >= 1600 && height > 900 ? 160 : 124}
        wanted={wanted}
        onWanted={setWanted}
      />
    </>
  );
}

function Loaded({ run, data }: { run: RunDetail; data: RunData }) {
  const [tab, setTab] = useState<Tab>('Charts');
  const [index, setIndex] = useState(0);
  const [refused, setRefused] = useState<Error | null>(null);
  const { width } = useViewportSize();
  const prompts = samplesByPrompt(data.samples);
  const count = Math.max(1, prompts.length);
  useKeys({
    ...Object.fromEntries(TABS.map((each, i) => [String(i + 1), () => setTab(each)])),
    ArrowLeft: () => setIndex((was) => (was + count - 1) % count),
    ArrowRight: () => setIndex((was) => (was + 1) % count),
  });
  return (
    <>
      <PageHeader
        title={run.name}
        parent={EXPERIMENTS}
        facts={
          <>
            <MethodMark method={run.method} />
            <Status status={run.status} ratings={run.ratingsWaiting} />
          </>
        }
        actions={<RunActions run={run} onError={setRefused} />}
      />
      <ProgressStrip run={run} />
      <Tabs
        className="pl-tabbed"
        value={tab}
        onChange={(value) => setTab((value ?? 'Charts') as Tab)}
        keepMounted={false}
      >
        <TabBar counts={{ Samples: prompts.length, Checkpoints: run.checkpoints.length }} />
        <Tabs.Panel value={tab} className="pl-columns">
          <Content label={tab}>
            {run.ratingsWaiting > 0 && isActive(run.status) && <WaitsForPerson run={run} />}
            {refused && (
              <Banner tone="danger" title="That was refused.">
                {refused.message}
              </Banner>
            )}
            {tab === 'Charts' && run.status === 'failed' && <FailedRun run={run} log={data.log} />}
            {tab === 'Charts' && <Charts run={run} data={data} onSamples={() => setTab('Samples')} />}
            {tab === 'Samples' && <SamplesTab prompts={prompts} />}
            {tab === 'Log' && <LogTab name={run.name} lines={data.log} />}
            {tab === 'Config' && <ConfigTab run={run} />}
            {tab === 'Checkpoints' && <CheckpointsTab run={run} />}
          </Content>
          {tab === 'Charts' && run.status !== 'failed' && width >= ROOM_FOR_SIDE && (
            <RunSide
              prompts={prompts}
              index={Math.min(index, count - 1)}
              onIndex={setIndex}
              log={data.log}
              onLog={() => setTab('Log')}
            />
          )}
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

const EXPERIMENTS = { title: 'Experiments', path: '/experiments' };

export function RunPage({ params }: { params: Record<string, string> }) {
  const data = useRunData(params.id);
  const { detail } = data;
  if (detail.data) return <Loaded run={detail.data} data={data} />;
  return (
    <>
      <PageHeader title="Run" parent={EXPERIMENTS} />
      <Content label="Run">
        {detail.error ? (
          <ErrorState
            error={detail.error}
            what="This run could not be read"
            onRetry={() => detail.refetch()}
            others={{ label: 'All runs', path: '/experiments' }}
          />
        ) : (
          <SkeletonLines count={8} />
        )}
      </Content>
    </>
  );
}
