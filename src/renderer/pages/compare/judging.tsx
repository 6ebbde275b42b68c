/** The card of verdicts: which judge, what it has said so far, and the job that asks it. */
import { Button, NumberInput, Select } from '@mantine/core';
import { IconGavel, IconUserCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { seriesTitle } from '../../../charts/compare-charts.ts';
import { counted, whole } from '../../../charts/numbers.ts';
import type { CompareJudge, CompareSet, CompareView, RunSummary } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Bar } from '../../components/figures.tsx';
import { queries, useAction, useCall, useStream } from '../../host.ts';
import { sidesOf, Verdicts } from './verdicts.tsx';

const JUDGES: readonly { value: CompareJudge; label: string }[] = [
  { value: 'gold', label: 'Gold reward' },
  { value: 'reward-model', label: 'Reward model' },
  { value: 'llm', label: 'Language model' },
  { value: 'length', label: 'Longer answer' },
  { value: 'human', label: 'People' },
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
  readonly busy: boolean;
}

/** Who judges, of those that need a name: a model of the workspace, or an endpoint of Settings. */
function NamedJudge({ judge, name, onName }: { judge: CompareJudge; name: string | null; onName: NameChange }) {
  const models = useCall('models.list', {}, { enabled: judge === 'reward-model' });
  const settings = useCall('settings.get', {}, { enabled: judge === 'llm', fresh: true });
  const endpoints = settings.data?.judges ?? [];
  if (judge === 'llm' && settings.data && endpoints.length === 0)
    return (
      <p className="pl-2">
        No judge yet. Add an endpoint on <Link href="/settings">Settings</Link>, under Judges.
      </p>
    );
  if (judge !== 'reward-model' && judge !== 'llm') return null;
  const scores = (models.data ?? []).filter(({ kind }) => kind === 'reward');
  return (
    <Select
      aria-label={judge === 'llm' ? 'Endpoint' : 'Reward model'}
      placeholder={judge === 'llm' ? 'Endpoint of Settings' : 'Reward model'}
      data={(judge === 'llm' ? endpoints : scores).map((each) => each.name)}
      value={name}
      onChange={onName}
      searchable
    />
  );
}

type NameChange = (name: string | null) => void;

function JudgeForm({ set, view, busy }: JudgeFormProps) {
  const { judge } = view;
  const [names, setNames] = useState<Partial<Record<CompareJudge, string | null>>>({});
  const [prompts, setPrompts] = useState<number | string>(PROMPTS);
  const ask = useAction('compare.judge', ['compare.judging', 'runs.list']);
  if (judge === 'human') return null;
  const answering = set.series.filter((series) => series.models.length > 0).length;
  const sides = answering + (set.reference === null ? 0 : 1);
  const { 'reward-model': rewardModel = null, llm: endpoint = null } = names;
  const unnamed = (judge === 'reward-model' && rewardModel === null) || (judge === 'llm' && endpoint === null);
  const start = () =>
    ask.mutate({ runs: view.runs, judge, rewardModel, endpoint, prompts: Number(prompts) || PROMPTS });
  const left = set.series.length - answering;
  return (
    <div className="pl-compare-form">
      <div className="pl-row">
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
          disabled={busy || sides < 2 || unnamed}
          loading={ask.isPending}
          onClick={start}
        >
          Judge
        </Button>
      </div>
      <NamedJudge
        judge={judge}
        name={names[judge] ?? null}
        onName={(name) => setNames((was) => ({ ...was, [judge]: name }))}
      />
      {ask.error && (
        <p className="pl-danger" role="alert">
          {ask.error.message}
        </p>
      )}
      <p className="pl-caption">
        {sides < 2
          ? 'No two sides have a model that can answer: it comes with the end of a run.'
          : `${counted(sides, 'side')} answer the same held-out prompts; ${left > 0 ? `${left} without a model are left out.` : 'seeds of a series count together.'}`}
        {judge === 'llm' && sides > 1 && ` Each two answers are asked in both orders: ${questions(set)} a prompt.`}
      </p>
    </div>
  );
}

/** Two a pair of models; seeds meet seed by seed where both sides have as many. */
function questions(set: CompareSet): string {
  const counts = [
    ...set.series.flatMap(({ models }) => (models.length > 0 ? [models.length] : [])),
    ...(set.reference === null ? [] : [1]),
  ];
  const pairs = counts.flatMap((a, i) => counts.slice(i + 1).map((b) => (a === b ? a : a * b)));
  return counted(2 * pairs.reduce((sum, each) => sum + each, 0), 'question');
}

/** Where people have rated some of the sides against each other there are verdicts; a queue makes more. */
function PeopleForm({ set, view, rated }: { set: CompareSet; view: CompareView; rated: number }) {
  const [, navigate] = useLocation();
  const sides = [
    ...set.series.flatMap(({ key, method, label, models }) =>
      models.length === 0 ? [] : [{ value: key, label: seriesTitle({ method, label }), model: models[0] }],
    ),
    ...(set.reference === null ? [] : [{ value: 'reference', label: set.reference, model: set.reference }]),
  ].filter(({ value }) => !view.hidden.includes(value));
  const [chosen, setChosen] = useState<readonly (string | null)[]>([]);
  const [first, second] = [0, 1].map((i) => sides.find(({ value }) => value === chosen[i]) ?? sides[i]);
  const choose = (place: number) => (value: string | null) =>
    setChosen([first, second].map((side, i) => (i === place ? value : (side?.value ?? null))));
  if (!first || !second)
    return <p className="pl-caption">No two sides have a model that can answer: it comes with the end of a run.</p>;
  const query = new URLSearchParams({
    name: `${first.label} against ${second.label}`.slice(0, 80),
    models: [first.model, second.model].join(),
  });
  return (
    <div className="pl-compare-form">
      <p className="pl-caption">
        {rated === 0
          ? 'Nobody has rated these models against each other yet.'
          : 'Ratings of queues, one row for every two sides that were rated; several ratings of a prompt count together.'}
      </p>
      <Select aria-label="First side" data={sides} value={first.value} onChange={choose(0)} />
      <Select aria-label="Second side" data={sides} value={second.value} onChange={choose(1)} />
      <Button
        leftSection={<IconUserCheck />}
        disabled={first === second}
        onClick={() => navigate(`/rate/new?${query.toString()}`)}
      >
        Make a rating queue of the two
      </Button>
    </div>
  );
}

export interface VerdictCardProps extends Omit<JudgeFormProps, 'busy'> {
  readonly onView: (change: Partial<CompareView>) => void;
}

export function VerdictCard({ set, view, onView }: VerdictCardProps) {
  const verdicts = useCall('compare.verdicts', { runs: view.runs }, { keep: true, fresh: true });
  const run = useJudging();
  const busy = run !== null && WAITS.includes(run.status);
  const said = (verdicts.data ?? []).filter(({ judge }) => judge === view.judge);
  return (
    <Card title="Win · tie · loss" note="win rate, 95% over prompts">
      <Select
        aria-label="Judge"
        data={[...JUDGES]}
        value={view.judge}
        onChange={(value) => onView({ judge: (value ?? 'gold') as CompareJudge })}
        allowDeselect={false}
        w={180}
      />
      <Verdicts sides={sidesOf(set, view.hidden)} verdicts={said} />
      {busy && run && <Progress run={run} />}
      {run?.status === 'failed' && run.error && (
        <p className="pl-danger" role="alert">
          {run.name}: {run.error}
        </p>
      )}
      {view.judge === 'human' ? (
        <PeopleForm set={set} view={view} rated={said.length} />
      ) : (
        <JudgeForm set={set} view={view} busy={busy} />
      )}
    </Card>
  );
}
