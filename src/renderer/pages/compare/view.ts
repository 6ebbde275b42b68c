/** How a comparison is looked at: the runs stand in the address, the rest is kept while the page is open, or saved under a name. */
import { useCallback, useState } from 'react';
import { useLocation } from 'wouter';
import type { CompareView, SavedComparison } from '../../../preload/contract/index.ts';
import { useQueryText } from '../../address.ts';
import { useCall } from '../../host.ts';

export const EMPTY_VIEW: CompareView = {
  runs: [],
  hidden: [],
  axis: 'step',
  band: 'min–max',
  logX: false,
  logY: false,
  metrics: null,
  baseline: null,
  judge: 'gold',
};

/** The address of a comparison of these runs. */
export const comparePath = (runs: readonly string[], saved?: string): string => {
  const question = [
    runs.length > 0 ? `runs=${runs.map(encodeURIComponent).join(',')}` : '',
    saved ? `saved=${saved}` : '',
  ];
  const text = question.filter(Boolean).join('&');
  return text ? `/compare?${text}` : '/compare';
};

export const runsOf = (question: URLSearchParams): string[] => (question.get('runs') ?? '').split(',').filter(Boolean);

export interface ViewState {
  readonly view: CompareView;
  readonly change: (change: Partial<CompareView>) => void;
  readonly setRuns: (runs: readonly string[]) => void;
  /** The saved comparison that was opened. */
  readonly saved: SavedComparison | null;
  readonly savedList: readonly SavedComparison[];
  /** A saved comparison was asked for and is not here yet. */
  readonly pending: boolean;
}

export function useView(): ViewState {
  const question = new URLSearchParams(useQueryText());
  const [, navigate] = useLocation();
  const list = useCall('compare.saved', {}, { fresh: true });
  const id = question.get('saved');
  const saved = list.data?.find((each) => each.id === id) ?? null;
  // a change belongs to the comparison it was made in
  const [changes, setChanges] = useState<{ of: string | null; made: Partial<CompareView> }>({ of: id, made: {} });
  const made = changes.of === id ? changes.made : {};
  const named = runsOf(question);
  const base = saved?.view ?? EMPTY_VIEW;
  const view = { ...base, ...made, runs: named.length > 0 ? named : base.runs };
  const change = useCallback(
    (next: Partial<CompareView>) =>
      setChanges((was) => ({ of: id, made: { ...(was.of === id ? was.made : {}), ...next } })),
    [id],
  );
  const setRuns = (runs: readonly string[]) => navigate(comparePath(runs, id ?? undefined));
  const pending = id !== null && list.isPending && named.length === 0;
  return { view, change, setRuns, saved, savedList: list.data ?? [], pending };
}
