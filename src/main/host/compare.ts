/** Contract namespace `compare`: runs held against each other. */
import { randomUUID } from 'node:crypto';
import type { CompareSet, CompareView, SavedComparison } from '../../preload/contract/compare.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { listVerdicts } from '../data/store/comparisons.ts';
import { getModelByName } from '../data/store/models.ts';
import { listRuns } from '../data/store/runs.ts';
import {
  findSavedComparison,
  listSavedComparisons,
  putSavedComparison,
  removeSavedComparison,
} from '../data/store/saved-comparisons.ts';
import { withFullSync } from '../data/store/store.ts';
import { axesOf, differingOptions, metricsOf, optionCount, type Series } from '../evaluate/runs/series.ts';
import { rowOf } from '../evaluate/runs/table.ts';
import { COMPARE_RUNS } from '../jobs/compare-runs-config.ts';
import { tellingMetrics } from './compare-metrics.ts';
import { overoptimisedSeries } from './compare-overoptimisation.ts';
import { peoplesVerdicts } from './compare-people.ts';
import { breathe, metricRows, openRuns, readAhead, readCurves, sharedReference } from './compare-runs.ts';
import { sampleRows } from './compare-samples.ts';
import { judgingJob, modelKey, winRateRows } from './compare-verdicts.ts';
import type { Handlers, HostServices } from './services.ts';

type Services = Pick<HostServices, 'store' | 'runner'>;

const done = { ok: true } as const;

export const compareHandlers = ({ store, runner, workspace }: HostServices): Handlers<'compare'> => ({
  'compare.open'({ runs }) {
    const opened = openRuns(store, runs);
    const set = setOf({ store, runner }, opened);
    // an error shows when they are asked for
    void readAhead(store, opened.series, set.telling).catch(() => undefined);
    return set;
  },
  'compare.curves': (request) => readCurves(store, request),
  'compare.table': ({ runs, baseline, judge }) => tableOf({ store, runner }, runs, baseline, judge),
  'compare.overoptimisation': ({ runs }) => overoptimisedSeries(store, openRuns(store, runs).series),
  'compare.verdicts': ({ runs }) => verdictsOf({ store, runner }, runs),
  'compare.judge'(request) {
    const { series } = openRuns(store, request.runs);
    return {
      id: runner.create(judgingJob({ store, workspace }, series, request, referenceOf({ store, runner }, series))),
    };
  },
  'compare.judging': () => listRuns(store).find(({ method }) => method === COMPARE_RUNS) ?? null,
  'compare.saved': () => listSavedComparisons(store),
  'compare.save': ({ id, name, view }) => save({ store, runner }, id, name.trim(), view),
  'compare.forget'({ id }) {
    if (!removeSavedComparison(store, id)) throw new RpcError('not_found', 'This comparison does not exist any more.');
    return done;
  },
  async 'compare.report'({ name, view }) {
    const { compareReport } = await import('../report/compare-report.ts');
    const { machineFacts } = await import('./machine-facts.ts');
    const set = setOf({ store, runner }, openRuns(store, view.runs));
    const metrics = view.metrics ?? set.telling;
    const { axis, band, runs } = view;
    const curves = await readCurves(store, { runs, metrics, axis, band, maxPoints: REPORT_POINTS, range: null });
    const { rows } = await tableOf({ store, runner }, view.runs, view.baseline, view.judge);
    const verdicts = verdictsOf({ store, runner }, view.runs);
    const overoptimised = await overoptimisedSeries(store, openRuns(store, view.runs).series);
    const writtenAt = new Date().toISOString();
    const machine = machineFacts();
    return {
      name: `${name.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-') || 'comparison'}.html`,
      html: compareReport({ name, view, set, curves, rows, verdicts, overoptimised, writtenAt, machine }),
    };
  },
});

const REPORT_POINTS = 300;

function setOf(services: Services, { series, missing }: ReturnType<typeof openRuns>): CompareSet {
  return {
    series: series.map(({ members: _members, ...each }) => each),
    missing,
    metrics: metricsOf(series),
    telling: tellingMetrics(metricsOf(series), series.length),
    axes: axesOf(series),
    differing: differingOptions(series.map(({ members }) => members)).map(({ key, values }) => ({
      key,
      values: values.map((value) => value ?? null),
    })),
    options: optionCount(series),
    reference: referenceOf(services, series),
  };
}

const referenceOf = ({ store }: Services, series: readonly Series[]): string | null =>
  sharedReference(
    store,
    series,
    (name) => getModelByName(store, name) !== undefined || builtInModelFolder(name) !== undefined,
  );

function verdictsOf(services: Services, ids: readonly string[]) {
  const { series } = openRuns(services.store, ids);
  const reference = referenceOf(services, series);
  const sides = [...series, ...(reference === null ? [] : [{ key: modelKey(reference), models: [reference] }])];
  return [
    ...listVerdicts(
      services.store,
      sides.map(({ key }) => key),
    ),
    ...peoplesVerdicts(services.store, sides),
  ];
}

async function tableOf(services: Services, ids: readonly string[], baselineKey: string | null, judge: string) {
  const { store } = services;
  const { series } = openRuns(store, ids);
  const found = series.findIndex(({ key }) => key === baselineKey);
  const baseline = found === -1 ? series.length - 1 : found;
  const rows = [];
  for (const source of [...metricRows(store, series), ...sampleRows(store, series)])
    rows.push(await rowOf(source, baseline, breathe));
  const verdicts = verdictsOf(services, ids).filter((verdict) => verdict.judge === judge);
  const reference = referenceOf(services, series);
  const base = series[baseline];
  const against = [
    { key: base.key, name: 'the baseline' },
    ...(reference === null ? [] : [{ key: modelKey(reference), name: reference }]),
  ];
  return {
    series: series.map(({ key }) => key),
    rows: [...rows, ...against.flatMap((other) => winRateRows(verdicts, series, other))],
  };
}

/** Answered when it is on the disk. */
function save({ store }: Services, id: string | undefined, name: string, view: CompareView): SavedComparison {
  if (name === '' || name.length > MOST_NAME)
    throw new RpcError('invalid_input', `A comparison needs a name of 1 to ${MOST_NAME} characters.`, { key: 'name' });
  const taken = findSavedComparison(store, name);
  if (taken && taken.id !== id)
    throw new RpcError('invalid_input', `There is a comparison named "${name}" already.`, {
      key: 'name',
      id: taken.id,
    });
  const before = listSavedComparisons(store).find((each) => each.id === id);
  const now = new Date().toISOString();
  const saved = { id: id ?? randomUUID(), name, view, createdAt: before?.createdAt ?? now, updatedAt: now };
  withFullSync(store, () => putSavedComparison(store, saved));
  return saved;
}

const MOST_NAME = 100;
