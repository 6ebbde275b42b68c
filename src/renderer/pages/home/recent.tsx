/** What is new: the last runs, and beside them what waits for a person, the last datasets and models. */
import { Button } from '@mantine/core';
import { IconScale } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { ago, compact, counted, MISSING, parameters, signed, whole } from '../../../charts/numbers.ts';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { Bar } from '../../components/figures.tsx';
import { MethodMark, Status } from '../../components/labels.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { useCall } from '../../host.ts';
import { lossOf, marginOf } from '../experiments/run-values.ts';
import { queuePath, runPath, useQueues } from '../rate/header.tsx';

const MOST_RUNS = 8;
const MOST_IN_PANEL = 5;

const dash = (text: string) => (text === MISSING ? <span className="pl-3">{text}</span> : text);

function RunRow({ run }: { run: RunSummary }) {
  return (
    <tr>
      <td className="cut">
        <Link href={`/runs/${run.id}`} className="pl-name" title={run.name}>
          {run.name}
        </Link>
      </td>
      <td>
        <MethodMark method={run.method} />
      </td>
      <td className="pl-2 cut" title={run.dataset ?? undefined}>
        {run.dataset ?? dash(MISSING)}
      </td>
      <td>
        <Status status={run.status} ratings={run.ratingsWaiting} />
      </td>
      <td className="end">{dash(compact(lossOf(run)))}</td>
      <td className="end">{dash(signed(marginOf(run)))}</td>
      <td className="end pl-2">{dash(ago(run.endedAt))}</td>
    </tr>
  );
}

/** Newest first. */
export const newestRuns = (runs: readonly RunSummary[]): readonly RunSummary[] =>
  [...runs].sort((a, b) => b.createdAt.localeCompare(a.createdAt));

export function RecentRuns({ runs }: { runs: readonly RunSummary[] }) {
  return (
    <section className="pl-card flush" aria-label="Recent runs" style={{ flex: 'none' }}>
      <table className="pl-table" aria-label="Recent runs">
        <thead>
          <tr>
            <th style={{ width: '27%' }}>Recent runs</th>
            <th>Method</th>
            <th style={{ width: '15%' }}>Data</th>
            <th>Status</th>
            <th className="end">
              Loss <span className="pl-3">nats</span>
            </th>
            <th className="end">
              Margin <span className="pl-3">nats</span>
            </th>
            <th className="end">Ended</th>
          </tr>
        </thead>
        <tbody>
          {newestRuns(runs)
            .slice(0, MOST_RUNS)
            .map((run) => (
              <RunRow key={run.id} run={run} />
            ))}
        </tbody>
      </table>
    </section>
  );
}

function RecentList({ title, children, empty }: { title: string; children: readonly ReactNode[]; empty: string }) {
  return (
    <section aria-label={title} className="pl-home-recent">
      <h2>{title}</h2>
      {children.length === 0 ? <p className="pl-caption">{empty}</p> : <ul className="pl-list">{children}</ul>}
    </section>
  );
}

const newest = <T extends { readonly createdAt: string }>(rows: readonly T[] = []): readonly T[] =>
  [...rows].sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, MOST_IN_PANEL);

/** What a person has to rate: runs that wait for it, and queues that are not rated to their end. */
function Waiting() {
  const [, navigate] = useLocation();
  const { runs, queues } = useQueues();
  const all = [
    ...(runs.data ?? []).map(({ runId, run, rated, waiting }) => ({
      path: runPath(runId),
      name: run,
      rated,
      of: rated + waiting,
    })),
    ...(queues.data ?? [])
      .filter(({ rated, mine }) => rated < mine)
      .map(({ id, name, rated, mine }) => ({ path: queuePath(id), name, rated, of: mine })),
  ];
  if (all.length === 0) return null;
  return (
    <section aria-label="Waiting for you" className="pl-home-recent pl-home-waiting">
      <h2>Waiting for you</h2>
      <ul className="pl-list">
        {all.slice(0, MOST_IN_PANEL).map(({ path, name, rated, of }) => (
          <li key={path}>
            <span className="pl-row">
              <Link href={path} className="pl-name pl-ellipsis pl-grow" title={name}>
                Rate {name}
              </Link>
              <span className="pl-2">
                {whole(rated)} of {whole(of)}
              </span>
            </span>
            <Bar value={rated} of={of} label={`Rated pairs of ${name}`} />
          </li>
        ))}
      </ul>
      <Button leftSection={<IconScale />} onClick={() => navigate(all[0].path)}>
        {all[0].rated > 0 ? 'Continue rating' : 'Start rating'}
      </Button>
    </section>
  );
}

export function RecentPanel() {
  const datasets = useCall('datasets.list', {});
  const models = useCall('models.list', {});
  return (
    <SidePanel label="New in the workspace" width={272}>
      <Waiting />
      <RecentList title="Recent datasets" empty="None yet.">
        {newest(datasets.data).map((dataset) => (
          <li key={dataset.id}>
            <Link href={`/datasets/${dataset.id}/pairs`} className="pl-name pl-ellipsis" title={dataset.name}>
              {dataset.name} <span className="pl-3">v{dataset.versions.length}</span>
            </Link>
            <span className="pl-2">{counted(dataset.rows, dataset.kind === 'preference' ? 'pair' : 'row')}</span>
          </li>
        ))}
      </RecentList>
      <RecentList title="Recent models" empty="None yet. A finished run leaves one.">
        {newest(models.data).map((model) => (
          <li key={model.id}>
            <Link href={`/models/${encodeURIComponent(model.name)}`} className="pl-name pl-ellipsis" title={model.name}>
              {model.name}
            </Link>
            <span className="pl-2">{parameters(model.parameters)}</span>
          </li>
        ))}
      </RecentList>
      {models.data && models.data.length > 0 && <p className="pl-caption">Size in parameters</p>}
    </SidePanel>
  );
}
