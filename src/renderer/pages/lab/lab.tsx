/** The exact lab: every answer can be listed, so the best policy is known, and each method is seen to come near it or not. */
import { Button, NativeSelect } from '@mantine/core';
import { IconDownload, IconRefresh, IconSquare } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { duration, fixed, whole } from '../../../charts/numbers.ts';
import {
  type LabMethod,
  type LabOptions,
  type LabRun,
  type LabView,
  type LabWorld,
  labOptions,
} from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Bar } from '../../components/figures.tsx';
import { Banner } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { fileName, saveFile } from '../../components/save-file.ts';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useAction } from '../../host.ts';
import { isActive, useNews } from '../../run-news.ts';
import { AnswersTable } from './answers-table.tsx';
import { Curves } from './curve-cards.tsx';
import { Derivation, type Lit } from './derivation.tsx';
import { useLabRun, useLabView, worldOf } from './lab-data.ts';
import { Mass, type Scope } from './mass.tsx';
import { ScaleExample } from './scale.tsx';
import { Training, WorldCard } from './world.tsx';
import './lab.css';

function Progress({ run }: { run: LabRun }) {
  if (run.status === 'failed')
    return (
      <Banner tone="danger" title={`${run.name} failed.`}>
        {run.error}
      </Banner>
    );
  if (!isActive(run.status)) return null;
  const left = run.secondsLeft === null ? '' : `, ${duration(run.secondsLeft)} left`;
  return (
    <div className="pl-row" role="status">
      <span className="pl-dot" aria-hidden="true" />
      <span>{run.status === 'queued' ? 'waits for its turn' : 'trains one method after the other'}</span>
      <span className="pl-grow">
        <Bar value={run.step} of={run.maxSteps} label={`Progress of ${run.name}`} />
      </span>
      <span className="pl-2">
        step {whole(run.step)} of {whole(run.maxSteps)}
        {left}
      </span>
    </div>
  );
}

interface LookedAt {
  readonly view: LabView;
  readonly world: LabWorld;
  readonly onWorld: (change: Partial<LabWorld>) => void;
  readonly onPrompt: (prompt: number) => void;
  readonly onPair: (pair: number) => void;
  readonly run: LabRun;
}

/** Everything of a run that has numbers. */
function Looked({ view, world, onWorld, onPrompt, onPair, run }: LookedAt) {
  const [place, setPlace] = useState<number | null>(null);
  const [scope, setScope] = useState<Scope>('all');
  const [lit, setLit] = useState<Lit>(null);
  const [method, setMethod] = useState('dpo');
  const longest = view.methods.reduce((best, each) => (each.looks.length > best.looks.length ? each : best));
  const steps = longest.looks.map(({ step }) => step);
  const now = Math.min(place ?? steps.length - 1, steps.length - 1);
  // a method that has not come so far shows its last look
  const lookOf = ({ looks }: LabMethod) => looks[Math.min(now, looks.length - 1)] ?? null;
  const trained = view.methods.flatMap((each) => {
    const look = lookOf(each);
    return look ? [[each, look] as const] : [];
  });
  const shown = trained.some(([each]) => each.method === method) ? method : trained[0][0].method;
  return (
    <div className="pl-lab">
      <Derivation
        view={view}
        trained={trained}
        method={shown}
        onMethod={setMethod}
        onPrompt={onPrompt}
        onPair={onPair}
        onLit={setLit}
      />
      <Content label="Lab">
        <WorldCard
          news={isActive(run.status) || run.status === 'failed' ? <Progress run={run} /> : null}
          world={world}
          onWorld={onWorld}
          trained={run.options}
          steps={steps}
          place={now}
          onPlace={setPlace}
        />
        <Mass
          reference={view.reference}
          optimum={view.optimum}
          trained={view.methods.map((each) => [each, lookOf(each)])}
          scope={scope}
          onScope={setScope}
          lit={lit}
          step={steps[now]}
          answers={view.answers}
        />
        <Curves view={view} scope={scope} />
        <AnswersTable view={view} place={now} />
        <ScaleExample />
      </Content>
    </div>
  );
}

function RunPicker({ runs, run }: { runs: readonly LabRun[]; run: LabRun }) {
  const [, navigate] = useLocation();
  return (
    <NativeSelect
      aria-label="Run of the lab"
      value={run.id}
      data={runs.map(({ id, name, options }) => ({ value: id, label: `${name}, β ${fixed(options.beta, 2)}` }))}
      onChange={(event) => navigate(`/lab/${event.currentTarget.value}`)}
    />
  );
}

/** One run: the world that is looked at starts as the one it was trained in. */
function LabOf({ run, runs }: { run: LabRun; runs: readonly LabRun[] }) {
  const [, navigate] = useLocation();
  const [world, setWorld] = useState<LabWorld>(() => worldOf(run.options));
  const [options, setOptions] = useState<LabOptions>(run.options);
  const [{ prompt, pair }, setLooking] = useState({ prompt: 0, pair: 0 });
  const view = useLabView(run, { prompt, pair, world });
  useNews(run, ['lab.view', 'lab.runs']);
  const start = useAction('lab.start', ['lab.runs']);
  const stop = useAction('runs.stop', ['lab.runs']);
  const again = () => start.mutate({ ...options, ...world }, { onSuccess: ({ id }) => navigate(`/lab/${id}`) });
  const refused = start.error ?? stop.error;
  const answers = view.data ? `7 symbols, at most 4 long: all ${whole(view.data.answers)} answers counted` : '';
  return (
    <>
      <PageHeader
        title="Lab"
        facts={
          <>
            <RunPicker runs={runs} run={run} />
            <span className="pl-2 pl-ellipsis">{answers}</span>
          </>
        }
        actions={
          <>
            {isActive(run.status) && (
              <Button leftSection={<IconSquare />} onClick={() => stop.mutate({ id: run.id })}>
                Stop
              </Button>
            )}
            <Button variant="subtle" onClick={() => setWorld(worldOf(run.options))}>
              Reset
            </Button>
            <Button
              leftSection={<IconDownload />}
              onClick={() =>
                view.data &&
                saveFile(fileName(run.name, 'json'), JSON.stringify(view.data, null, 1), 'application/json')
              }
            >
              Export
            </Button>
            <Training options={options} onOptions={(change) => setOptions({ ...options, ...change })} />
            <PrimaryButton leftSection={<IconRefresh />} onClick={again}>
              Run again
            </PrimaryButton>
          </>
        }
      />
      {refused && (
        <Banner tone="danger" title="That was not done.">
          {refused.message}
        </Banner>
      )}
      {view.data ? (
        <Looked
          view={view.data}
          world={world}
          onWorld={(change) => setWorld({ ...world, ...change })}
          onPrompt={(next) => setLooking({ prompt: next, pair: 0 })}
          onPair={(next) => setLooking({ prompt, pair: next })}
          run={run}
        />
      ) : (
        <Content label="Lab">
          <Progress run={run} />
          {view.error ? (
            <ErrorState what="The numbers could not be read" error={view.error} onRetry={() => view.refetch()} />
          ) : view.isPending || isActive(run.status) ? (
            <SkeletonLines count={6} />
          ) : (
            <EmptyState title={`${run.name} ended before it had looked at a policy.`}>
              Run again trains the methods anew.
            </EmptyState>
          )}
        </Content>
      )}
    </>
  );
}

function NoRun() {
  const [, navigate] = useLocation();
  const [options, setOptions] = useState<LabOptions>(() => labOptions.parse({}));
  const start = useAction('lab.start', ['lab.runs']);
  const first = () => start.mutate(options, { onSuccess: ({ id }) => navigate(`/lab/${id}`) });
  return (
    <>
      <PageHeader
        title="Lab"
        actions={<Training options={options} onOptions={(change) => setOptions({ ...options, ...change })} />}
      />
      <Content label="Lab">
        {start.error && (
          <Banner tone="danger" title="The lab did not start.">
            {start.error.message}
          </Banner>
        )}
        <EmptyState
          title="Here the best policy is known exactly."
          action={<PrimaryButton onClick={first}>Run the lab</PrimaryButton>}
        >
          All 2 801 answers to a prompt can be listed. The lab trains PPO, RLOO, online and offline DPO and the exact
          gradient on it, about a minute, and shows where the probability goes on the way.
        </EmptyState>
        <ScaleExample />
      </Content>
    </>
  );
}

export function LabPage({ params }: { params: Record<string, string> }) {
  const { runs, run } = useLabRun(params.run);
  if (run && runs.data) return <LabOf key={run.id} run={run} runs={runs.data} />;
  if (runs.data) return <NoRun />;
  return (
    <>
      <PageHeader title="Lab" />
      <Content label="Lab">
        {runs.error ? (
          <ErrorState what="The lab could not be read" error={runs.error} onRetry={() => runs.refetch()} />
        ) : (
          <SkeletonLines count={6} />
        )}
      </Content>
    </>
  );
}
