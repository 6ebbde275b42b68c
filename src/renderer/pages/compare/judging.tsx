/** The card of verdicts: which judge, what it has said so far, and the job that asks it. */
import { Button, NumberInput, Select } from '@mantine/core';
import { IconGavel } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { counted, whole } from '../../../charts/numbers.ts';
import type { CompareJudge, CompareSet, CompareView, RunSummary } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Bar } from '../../components/figures.tsx';
import { queries, useAction, useCall, useStream } from '../../host.ts';
import { sidesOf, Verdicts } from './verdicts.tsx';

const JUDGES: readonly { value: CompareJudge; label: string }[] = [
  { value: 'gold', label: 'Gold reward' },
  { value: 'reward-model', label: 'Reward model' },
  { value: 'length', label: 'Longer answer' },
];
const WAITS = ['queued', 'running', 'paused'];
const JOB = 'compare_runs';
const PROMPTS = 300;

/** The last judging job, live; what it leaves is asked for when it ends. */
function useJudging(): RunSummary | null {
  const judging = useCall('compare.judging', {}, { fresh: true });
  useStream('runs.changes', {}, (run) => {
    if (run.method !== JOB) return;
    queries.setQueryData(['compare.judging', {}], run);
    if (WAITS.includes(run.status)) return;
    for (const name of ['compare.verdicts', 'compare.table']) void queries.invalidateQueries({ queryKey: [name] });
  });
  return judging.data ?? null;
}

function Progress({ run }: { run: RunSummary }) {
  const stop = useAction('runs.stop', ['compare.judging']);
  return (
    <div className="pl-compare-progress" role="status">
      <p className="pl-row">
        <Link href={`/runs/${run.id}`}>{run.name}</Link>
        <span className="pl-caption pl-grow">
          {run.status === 'queued'
            ? 'waits for the runs before it'
            : `${whole(run.step)} of ${whole(run.maxSteps)} answers`}
        </span>
        <Button variant="subtle" onClick={() => stop.mutate({ id: run.id })}>
          Stop
        </Button>
      </p>
      <Bar value={run.step} of={run.maxSteps} label="Answers" />
    </div>
  );
}

interface JudgeFormProps {
  readonly set: CompareSet;
  readonly view: CompareView;
  readonly onView: (change: Partial<CompareView>) => void;
  readonly busy: boolean;
}

function JudgeForm({ set, view, onView, busy }: JudgeFormProps) {
  const models = useCall('models.list', {}, { enabled: view.judge === 'reward-model' });
  const [rewardModel, setRewardModel] = useState<string | null>(null);
  const [prompts, setPrompts] = useState<number | string>(PROMPTS);
  const judge = useAction('compare.judge', ['compare.judging', 'runs.list']);
  const answering = set.series.filter((series) => series.models.length > 0).length;
  const sides = answering + (set.reference === null ? 0 : 1);
  const start = () =>
    judge.mutate({ runs: view.runs, judge: view.judge, rewardModel, prompts: Number(prompts) || PROMPTS });
  return (
    <div className="pl-compare-form">
      <div className="pl-row">
        <Select
          aria-label="Judge"
          data={[...JUDGES]}
          value={view.judge}
          onChange={(value) => onView({ judge: (value ?? 'gold') as CompareJudge })}
          w={150}
        />
        <NumberInput
          aria-label="Prompts"
          value={prompts}
          onChange={setPrompts}
          min={10}
          max={5000}
          suffix=" prompts"
          w={120}
        />
        <Button
          leftSection={<IconGavel />}
          disabled={busy || sides < 2 || (view.judge === 'reward-model' && rewardModel === null)}
          loading={judge.isPending}
          onClick={start}
        >
          Judge
        </Button>
      </div>
      {view.judge === 'reward-model' && (
        <Select
          aria-label="Reward model"
          placeholder="Reward model"
          data={(models.data ?? []).map(({ name }) => name)}
          value={rewardModel}
          onChange={setRewardModel}
          searchable
        />
      )}
      {judge.error && (
        <p className="pl-danger" role="alert">
          {judge.error.message}
        </p>
      )}
      <p className="pl-caption">
        {sides < 2
          ? 'No two sides have a model that can answer: it comes with the end of a run.'
          : `${counted(sides, 'side')} answer the same held-out prompts; ${set.series.length - answering > 0 ? `${set.series.length - answering} without a model are left out.` : 'seeds of a series count together.'}`}
      </p>
    </div>
  );
}

export function VerdictCard({ set, view, onView }: Omit<JudgeFormProps, 'busy'>) {
  const verdicts = useCall('compare.verdicts', { runs: view.runs }, { keep: true });
  const run = useJudging();
  const busy = run !== null && WAITS.includes(run.status);
  const said = (verdicts.data ?? []).filter(({ judge }) => judge === view.judge);
  return (
    <Card title="Win · tie · loss" note="win rate, 95% over prompts">
      <Verdicts sides={sidesOf(set, view.hidden)} verdicts={said} />
      {busy && run && <Progress run={run} />}
      {run?.status === 'failed' && run.error && (
        <p className="pl-danger" role="alert">
          {run.name}: {run.error}
        </p>
      )}
      <JudgeForm set={set} view={view} onView={onView} busy={busy} />
    </Card>
  );
}
