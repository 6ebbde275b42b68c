/** Everything a run page shows: what is stored, followed by what the stream adds. */
import { useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { CurveBook } from '../../../charts/curve-book.ts';
import { expectedMetrics } from '../../../charts/metric-facts.ts';
import type { LogLine, MetricPoint, RunDetail, RunEvent, RunSample } from '../../../preload/contract/index.ts';
import { queries, useCall, useStream } from '../../host.ts';
import { isActive } from './run-state.ts';

/** Of each metric, extremes among them: more than a chart has columns of pixels costs time and shows nothing. */
const MAX_POINTS = 600;
const MOST_LOG_LINES = 2000;
/** The page is drawn anew at most this often, however fast the stream is. */
const FLUSH_MS = 250;

const sampleKey = (sample: RunSample) => `${sample.step}/${sample.promptIndex}`;
const logKey = (line: LogLine) => `${line.at} ${line.text}`;

/** Stored rows, then new ones; a later row with the same key takes the place of the earlier one (a resume repeats steps). */
export function mergeBy<T>(stored: readonly T[], added: readonly T[], key: (row: T) => string): readonly T[] {
  if (added.length === 0) return stored;
  const rows = new Map(stored.map((row) => [key(row), row]));
  for (const row of added) rows.set(key(row), row);
  return [...rows.values()];
}

/** What the stream said since the page was opened, besides curves. */
interface Added {
  readonly samples: readonly RunSample[];
  readonly log: readonly LogLine[];
}
const NOTHING: Added = { samples: [], log: [] };

function addEvents(was: Added, events: readonly RunEvent[]): Added {
  const samples = events.flatMap((event) => (event.type === 'samples' ? event.samples : []));
  const lines = events.flatMap((event) => (event.type === 'log' ? event.lines : []));
  if (samples.length === 0 && lines.length === 0) return was;
  return { samples: [...was.samples, ...samples], log: [...was.log, ...lines].slice(-MOST_LOG_LINES) };
}

/** Streamed points that are kept to be laid over an answer that was under way when they came. */
const MOST_RECENT = 400;

/** The curves: the stored ones as the beginning, then each flush of the stream. `version` changes when they do. */
function useCurves(stored: readonly MetricPoint[] | undefined, expected: readonly string[]) {
  const book = useRef(new CurveBook());
  const recent = useRef<MetricPoint[]>([]);
  const [version, changed] = useReducer((count: number) => count + 1, 0);
  const begun = stored !== undefined;
  useEffect(() => {
    if (!stored) return;
    const last = stored.at(-1)?.step ?? -1;
    book.current = new CurveBook();
    book.current.append(stored);
    book.current.append(recent.current.filter(({ step }) => step > last));
    changed();
  }, [stored]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a book that was begun anew has to be told again
  useEffect(() => {
    book.current.expect(expected);
    changed();
  }, [expected, stored]);
  const append = (points: readonly MetricPoint[]) => {
    if (points.length === 0) return;
    recent.current = [...recent.current, ...points].slice(-MOST_RECENT);
    if (!begun) return; // the beginning comes first, and these after it
    book.current.append(points);
    changed();
  };
  return { book: book.current, version, append };
}

const NONE: readonly string[] = [];

/** While a run may still report them, its method's metrics have their charts; a run that ended has what it has. */
function useExpected(run: RunDetail | undefined): readonly string[] {
  const coming = run !== undefined && isActive(run.status);
  const method = run?.method ?? '';
  return useMemo(() => (coming ? expectedMetrics(method) : NONE), [coming, method]);
}

/** Config, status and curves of a run, live while it runs. */
export function useRunMetrics(id: string) {
  const detail = useCall('runs.get', { id }, { fresh: true });
  const metrics = useCall('runs.metrics', { id, maxPoints: MAX_POINTS }, { fresh: true });
  const { book, version, append } = useCurves(metrics.data?.points, useExpected(detail.data));
  const [added, setAdded] = useState<Added>(NOTHING);
  const pending = useRef<RunEvent[]>([]);
  const flush = useRef(() => {});
  flush.current = () => {
    const events = pending.current;
    pending.current = [];
    setAdded((was) => addEvents(was, events));
    append(events.flatMap((event) => (event.type === 'metrics' ? event.points : [])));
    const summary = events.findLast((event) => event.type === 'summary');
    if (summary) takeSummary(summary, detail.data?.status, detail.refetch);
  };
  useEffect(() => {
    const timer = setInterval(() => flush.current(), FLUSH_MS);
    return () => clearInterval(timer);
  }, []);
  const watch = useStream('runs.watch', { id }, (event) => pending.current.push(event));
  return { detail, metrics, book, version, added, watchError: watch.error };
}

/** The summary is part of the detail; the rest of it (checkpoints, speed) is asked for when the status changes. */
function takeSummary(
  { run }: RunEvent & { type: 'summary' },
  status: string | undefined,
  refetch: () => unknown,
): void {
  queries.setQueryData<RunDetail>(['runs.get', { id: run.id }], (was) => (was ? { ...was, ...run } : was));
  if (run.status !== status) refetch();
}

/** All that the run page shows. */
export function useRunData(id: string) {
  const { added, ...run } = useRunMetrics(id);
  const samples = useCall('runs.samples', { id }, { fresh: true });
  const log = useCall('runs.log', { id }, { fresh: true });
  const allSamples = useMemo(
    () => mergeBy(samples.data ?? [], added.samples, sampleKey),
    [samples.data, added.samples],
  );
  const lines = useMemo(() => mergeBy(log.data ?? [], added.log, logKey), [log.data, added.log]);
  return { ...run, samples: allSamples, log: lines };
}
