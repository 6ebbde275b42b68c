/** Everything a run page shows: what is stored, followed by what the stream adds, merged by step. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { LogLine, MetricPoint, RunDetail, RunEvent, RunSample } from '../../../preload/contract/index.ts';
import { queries, useCall, useStream } from '../../host.ts';

const MAX_POINTS = 1000;
/** Past this many live points the stored, down-sampled ones are fetched anew. */
const TOO_MANY = 4000;
const MOST_LOG_LINES = 2000;

const pointKey = (point: MetricPoint) => `${point.step}${point.evaluation ? 'e' : ''}`;
const sampleKey = (sample: RunSample) => `${sample.step}/${sample.promptIndex}`;
const logKey = (line: LogLine) => `${line.at} ${line.text}`;

/** Stored rows, then new ones; a later row with the same key takes the place of the earlier one (a resume repeats steps). */
export function mergeBy<T>(stored: readonly T[], added: readonly T[], key: (row: T) => string): readonly T[] {
  if (added.length === 0) return stored;
  const rows = new Map(stored.map((row) => [key(row), row]));
  for (const row of added) rows.set(key(row), row);
  return [...rows.values()];
}

/** Points in the order of steps, an evaluation after its step. */
export const mergePoints = (stored: readonly MetricPoint[], added: readonly MetricPoint[]): readonly MetricPoint[] =>
  mergeBy(stored, added, pointKey)
    .slice()
    .sort((a, b) => a.step - b.step || Number(a.evaluation) - Number(b.evaluation));

interface Added {
  readonly points: readonly MetricPoint[];
  readonly samples: readonly RunSample[];
  readonly log: readonly LogLine[];
}
const NOTHING: Added = { points: [], samples: [], log: [] };

/** Collects stream events and hands them on at most four times a second, so that drawing never chases the stream. */
function useAdded(id: string, onSummary: (event: RunEvent & { type: 'summary' }) => void) {
  const [added, setAdded] = useState<Added>(NOTHING);
  const pending = useRef<RunEvent[]>([]);
  useEffect(() => {
    const flush = setInterval(() => {
      if (pending.current.length === 0) return;
      const events = pending.current;
      pending.current = [];
      setAdded((was) => ({
        points: [...was.points, ...events.flatMap((event) => (event.type === 'metrics' ? event.points : []))],
        samples: [...was.samples, ...events.flatMap((event) => (event.type === 'samples' ? event.samples : []))],
        log: [...was.log, ...events.flatMap((event) => (event.type === 'log' ? event.lines : []))].slice(
          -MOST_LOG_LINES,
        ),
      }));
    }, 250);
    return () => clearInterval(flush);
  }, []);
  const watch = useStream('runs.watch', { id }, (event) => {
    if (event.type === 'summary') onSummary(event);
    else pending.current.push(event);
  });
  return { added, clear: () => setAdded((was) => ({ ...was, points: [] })), watch };
}

/** Config, status and curves of a run, live while it runs. */
export function useRunMetrics(id: string) {
  const detail = useCall('runs.get', { id });
  const metrics = useCall('runs.metrics', { id, maxPoints: MAX_POINTS });
  const status = detail.data?.status;
  const { added, clear, watch } = useAdded(id, ({ run }) => {
    queries.setQueryData<RunDetail>(['runs.get', { id }], (was) => (was ? { ...was, ...run } : was));
    if (run.status !== status) void detail.refetch();
  });
  const tooMany = added.points.length > TOO_MANY;
  const { refetch } = metrics;
  useEffect(() => {
    if (tooMany) void refetch().then(clear);
  }, [tooMany, refetch, clear]);
  const stored = metrics.data?.points;
  const points = useMemo(() => mergePoints(stored ?? [], added.points), [stored, added.points]);
  return { detail, metrics, points, added, watchError: watch.error };
}

/** All that the run page shows. */
export function useRunData(id: string) {
  const { added, ...run } = useRunMetrics(id);
  const samples = useCall('runs.samples', { id });
  const log = useCall('runs.log', { id });
  const allSamples = useMemo(
    () => mergeBy(samples.data ?? [], added.samples, sampleKey),
    [samples.data, added.samples],
  );
  const lines = useMemo(() => mergeBy(log.data ?? [], added.log, logKey), [log.data, added.log]);
  return { ...run, samples: allSamples, log: lines };
}
