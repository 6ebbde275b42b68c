/** Stages of a quickstart: how far each is, and the curve of the one that trains. */
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { LineChart } from '../../../charts/line-chart.ts';
import { duration, whole } from '../../../charts/numbers.ts';
import type { QuickstartState } from '../../../preload/contract/index.ts';
import { Bar } from '../../components/figures.tsx';
import { MethodMark, Status } from '../../components/labels.tsx';
import { MetricChart } from '../../components/metric-chart.tsx';
import { useSettings } from '../../settings.ts';
import { useRunMetrics } from '../run/run-data.ts';
import { healthChart } from './running-card.tsx';

type Stage = QuickstartState['stages'][number];
type StageRun = NonNullable<Stage['run']>;

const UNDER_WAY = ['running', 'paused', 'queued'];

function StageRow({ stage }: { stage: Stage }) {
  const { run, title, method, needs } = stage;
  return (
    <tr>
      <td className="cut pl-home-stage">
        <MethodMark method={method} bare />{' '}
        {run ? (
          <Link href={`/runs/${run.id}`} className="pl-name" title={run.name}>
            {title}
          </Link>
        ) : (
          <span className="pl-2">{title}</span>
        )}
      </td>
      <td>
        {run ? (
          <Status status={run.status} />
        ) : (
          <span className="pl-caption pl-ellipsis">after {needs.join(', ')}</span>
        )}
      </td>
      <td className="pl-home-bar">
        {run && UNDER_WAY.includes(run.status) && (
          <Bar value={run.step} of={run.maxSteps} label={`Progress of ${run.name}`} />
        )}
      </td>
      <td className="end pl-2">{run ? timeWords(run) : ''}</td>
    </tr>
  );
}

/** "step 40 of 100" while it runs, "12 s" when it is over. */
function timeWords({ status, step, maxSteps, seconds }: StageRun): string {
  if (status === 'finished') return duration(seconds);
  return maxSteps === 0 ? '' : `${whole(step)} of ${whole(maxSteps)}`;
}

export function StageTable({ stages }: { stages: readonly Stage[] }) {
  return (
    <table className="pl-table plain dense" aria-label="Stages">
      <thead>
        <tr>
          <th style={{ width: '36%' }}>Stage</th>
          <th style={{ width: '26%' }}>Status</th>
          <th className="pl-home-bar">Progress</th>
          <th className="end">Step, time</th>
        </tr>
      </thead>
      <tbody>
        {stages.map((stage) => (
          <StageRow key={stage.method} stage={stage} />
        ))}
      </tbody>
    </table>
  );
}

/** Stages whose runs have curves. */
const HAS_CURVES = ['sft', 'reward', 'dpo', 'online_dpo', 'ppo', 'rloo'];

/** The loss (or the reward) of the training stage that runs, else of the last one that has. */
export function StageChart({ stages }: { stages: readonly Stage[] }) {
  const trained = stages.filter(({ method, run }) => run && HAS_CURVES.includes(method));
  const shown = trained.findLast(({ run }) => run?.status === 'running') ?? trained.at(-1);
  if (!shown?.run) return <div className="pl-home-stage-chart" />;
  return <RunChart key={shown.run.id} stage={shown} run={shown.run} />;
}

function RunChart({ stage, run }: { stage: Stage; run: StageRun }) {
  const { smoothing } = useSettings();
  const { book, version } = useRunMetrics(run.id);
  const { method } = stage;
  const { maxSteps } = run;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` stands for the content of `book`
  const [title, chart]: [string, LineChart] = useMemo(
    () => healthChart(book, { method, maxSteps }, smoothing),
    [book, version, method, maxSteps, smoothing],
  );
  return (
    <div className="pl-home-stage-chart">
      <MetricChart title={`${stage.title}: ${title.toLowerCase()}`} chart={chart} height={200} bare />
    </div>
  );
}
