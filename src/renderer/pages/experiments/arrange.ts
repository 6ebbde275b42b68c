/** Which runs the table shows, and in which order: filtered, grouped, sorted inside groups. */

import { methodLook } from '../../../charts/method-looks.ts';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { compareRuns, type OptionValues } from './run-columns.tsx';

export type Grouping = 'experiment' | 'method' | 'data' | 'tag' | 'none';
export type StatusFilter = 'all' | 'active' | 'finished' | 'ended early';

export interface RunView {
  /** Parts of a name, method, model, dataset, group, tag or of notes. */
  readonly asked: string;
  readonly status: StatusFilter;
  readonly grouping: Grouping;
  readonly sort: { readonly column: string; readonly descending: boolean };
}

const STATUSES: Readonly<Record<StatusFilter, readonly string[] | null>> = {
  all: null,
  active: ['running', 'queued', 'paused'],
  finished: ['finished'],
  'ended early': ['stopped', 'failed'],
};

/** Name of the group a run stands in. */
export function groupOf(run: RunSummary, grouping: Grouping): string {
  switch (grouping) {
    case 'experiment':
      return run.group ?? 'Uncategorised';
    case 'method':
      return methodLook(run.method).title;
    case 'data':
      return run.dataset ?? 'No dataset';
    case 'tag':
      return run.tags.join(', ') || 'No tag';
    case 'none':
      return '';
  }
}

const textOf = (run: RunSummary) =>
  [
    run.name,
    run.method,
    methodLook(run.method).title,
    run.model,
    run.dataset,
    run.group,
    run.status,
    ...run.tags,
    run.notes,
  ]
    .join(' ')
    .toLowerCase();

/** Groups follow the newest of their runs; inside a group the sort decides. */
export function arrangeRuns(runs: readonly RunSummary[], view: RunView, options?: OptionValues): readonly RunSummary[] {
  const words = view.asked.toLowerCase().split(/\s+/).filter(Boolean);
  const statuses = STATUSES[view.status];
  const found = runs.filter(
    (run) => (statuses?.includes(run.status) ?? true) && words.every((word) => textOf(run).includes(word)),
  );
  const groups = new Map<string, RunSummary[]>();
  for (const run of found.sort((a, b) => b.createdAt.localeCompare(a.createdAt))) {
    const group = groupOf(run, view.grouping);
    groups.set(group, [...(groups.get(group) ?? []), run]);
  }
  const { column, descending } = view.sort;
  return [...groups.values()].flatMap((group) => group.sort((a, b) => compareRuns(a, b, column, descending, options)));
}
