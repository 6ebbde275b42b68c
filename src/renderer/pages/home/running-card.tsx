/** The run that has the machine: how far it is, the curves that say whether it is healthy, and its first warning. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import type { CurveBook } from '../../../charts/curve-book.ts';
import type { LineChart } from '../../../charts/line-chart.ts';
import { methodLook } from '../../../charts/method-looks.ts';
import { type ChartSpec, chartGroups } from '../../../charts/metric-groups.ts';
import { counted, duration, fixed, shown, whole } from '../../../charts/numbers.ts';
import { specChart } from '../../../charts/spec-chart.ts';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { Bar } from '../../components/figures.tsx';
import { MethodMark, Tag } from '../../components/labels.tsx';
import { MetricChart } from '../../components/metric-chart.tsx';
import { useAction } from '../../host.ts';
import { useSettings } from '../../settings.ts';
import { warningsOf } from '../run/rules/index.ts';
import { useRunMetrics } from '../run/run-data.ts';

/** Rewards of a preference run, else the loss. */
export function healthChart(
  book: CurveBook,
  run: Pick<RunSummary, 'method' | 'maxSteps'>,
  smoothing: number,
): [string, LineChart] {
  const specs = chartGroups(book, { axis: 'step', method: run.method }).flatMap((group) => group.charts);
  const find = (id: string) => specs.find((spec) => spec.id === id);
  const rewards = find('rewards/chosen, rejected');
  const colour = methodLook(run.method).colour;
  if (rewards) {
    const margins = find('rewards/margins')?.curves.filter((curve) => !curve.evaluation) ?? [];
    const training = rewards.curves.filter((curve) => !curve.evaluation);
    const spec: ChartSpec = { ...rewards, curves: [...margins, ...training], anchors: [] };
    return [
      'Implicit reward',
      { ...specChart(spec, 'text-2', 'step', smoothing, run.maxSteps), endLabels: true, unit: 'β·log π/π_ref, nats' },
    ];
  }
  const scores = find('objective/scores');
  if (scores && !find('loss'))
    return [
      'Score of the samples',
      { ...specChart(scores, colour, 'step', smoothing, run.maxSteps), endLabels: false },
    ];
  const loss = find('loss') ?? { id: 'loss', unit: 'nats', help: '', curves: [], fromZero: false, anchors: [] };
  return ['Loss', specChart(loss, colour, 'step', smoothing, run.maxSteps)];
}

/** "1 run, 2 queued". */
function countWords(run: RunSummary, runs: readonly RunSummary[]): string {
  const queued = runs.filter((each) => each.status === 'queued' && each.id !== run.id).length;
  return queued > 0 ? `1 run, ${queued} queued` : '1 run';
}

const WORDS = { running: 'Running', paused: 'Paused', queued: 'Waiting' } as const;
const wordOf = (status: RunSummary['status']) => WORDS[status as keyof typeof WORDS] ?? 'Running';

/** Options that say most about the run. */
function tagsOf(config: Readonly<Record<string, unknown>>): readonly string[] {
  const { loss_type, beta, learning_rate } = config;
  return [
    loss_type === undefined ? '' : shown(loss_type),
    beta === undefined ? '' : `β ${shown(beta)}`,
    learning_rate === undefined ? '' : `learning rate ${shown(learning_rate)}`,
  ].filter(Boolean);
}

export function RunningCard({ run, runs }: { run: RunSummary; runs: readonly RunSummary[] }) {
  const [, navigate] = useLocation();
  const { smoothing } = useSettings();
  const { detail, book, version } = useRunMetrics(run.id);
  const pause = useAction('runs.pause');
  const resume = useAction('runs.resume');
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` stands for the content of `book`
  const [title, chart] = useMemo(() => healthChart(book, run, smoothing), [book, version, run, smoothing]);
  const [warning] = warningsOf(book);
  const perStep = detail.data?.seconds && run.step > 0 ? detail.data.seconds / run.step : null;
  return (
    <section className="pl-card pl-home-card" aria-label="Running">
      <div className="pl-row">
        <h2>{wordOf(run.status)}</h2>
        <span className="pl-caption pl-grow">{countWords(run, runs)}</span>
        {run.status === 'running' && (
          <Button variant="subtle" leftSection={<IconPlayerPause />} onClick={() => pause.mutate({ id: run.id })}>
            Pause
          </Button>
        )}
        {run.status === 'paused' && (
          <Button variant="subtle" leftSection={<IconPlayerPlay />} onClick={() => resume.mutate({ id: run.id })}>
            Resume
          </Button>
        )}
        <Button leftSection={<IconArrowRight />} onClick={() => navigate(`/runs/${run.id}`)}>
          Open run
        </Button>
      </div>
      <div className="pl-home-running">
        <div>
          <div className="pl-row">
            <MethodMark method={run.method} bare />
            <Link href={`/runs/${run.id}`} className="pl-name pl-home-name pl-ellipsis" title={run.name}>
              {run.name}
            </Link>
            {tagsOf(detail.data?.config ?? {}).map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
          </div>
          <p className="pl-2 pl-ellipsis">
            {[run.model, run.dataset].filter(Boolean).join(', ') || methodLook(run.method).title}
          </p>
          <Bar value={run.step} of={run.maxSteps} label={`Progress of ${run.name}`} large />
          <p className="pl-home-facts">
            <span className="pl-strong">
              {run.maxSteps === 0 ? 'reading the data' : `step ${whole(run.step)} of ${whole(run.maxSteps)}`}
            </span>
            {run.ratingsWaiting > 0 && (
              <Link href={`/rate/${run.id}`}>waits for {counted(run.ratingsWaiting, 'rating')}</Link>
            )}
            {run.secondsLeft !== null && run.ratingsWaiting === 0 && <span>{duration(run.secondsLeft)} left</span>}
            {perStep !== null && (
              <span>{perStep >= 1 ? `${fixed(perStep, 1)} s` : `${whole(perStep * 1000)} ms`} per step</span>
            )}
          </p>
          {warning && (
            <p className="pl-home-warning">
              <IconAlertTriangle size={16} stroke={1.6} aria-label="Warning" />
              <span>
                <strong>{warning.title}</strong> <Link href={`/runs/${run.id}`}>See why</Link>
              </span>
            </p>
          )}
        </div>
        <MetricChart title={title} chart={chart} height={128} bare />
      </div>
    </section>
  );
}
