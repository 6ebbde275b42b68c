/** Sorts runs into series, runs of a group that differ by their seed only, and says in what the series differ. */
import type { CompareSeries } from '../../../preload/contract/compare.ts';
import { metricsAxes } from './axes.ts';

/** What is known of a run that is compared. */
export interface ComparedRun {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly status: CompareSeries['runs'][number]['status'];
  readonly group: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly latest: Readonly<Record<string, number | null>>;
  /** The model it made, when that can answer. */
  readonly model: string | null;
}

export interface Series extends CompareSeries {
  /** By seed. */
  readonly members: readonly ComparedRun[];
}

/** Differ from run to run without a difference in what is done, or are told otherwise. */
const NOT_COMPARED = new Set(['seed', 'output_dir', 'method']);

const optionsOf = ({ config }: ComparedRun): [string, unknown][] =>
  Object.entries(config)
    .filter(([key, value]) => !NOT_COMPARED.has(key) && value !== undefined && value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));

const seedOf = ({ config: { seed } }: ComparedRun): number | null => (typeof seed === 'number' ? seed : null);

/** The same runs have the same key, in whatever order they were picked. */
export const seriesKey = (ids: readonly string[]): string => [...ids].sort().join('+');

/** In the order in which their first runs were picked. */
export function sortIntoSeries(runs: readonly ComparedRun[]): Series[] {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const same = JSON.stringify([run.group, run.method, optionsOf(run)]);
    groups.set(same, [...(groups.get(same) ?? []), run]);
  }
  const all = [...groups.values()].map((members) =>
    [...members].sort((a, b) => (seedOf(a) ?? 0) - (seedOf(b) ?? 0) || (a.name < b.name ? -1 : 1)),
  );
  const labelled = labels(all);
  return all.map((members, i) => ({
    key: seriesKey(members.map(({ id }) => id)),
    ...labelled[i],
    method: members[0].method,
    runs: members.map((run) => ({ id: run.id, name: run.name, seed: seedOf(run), status: run.status })),
    models: members.every(({ model }) => model !== null) ? members.flatMap(({ model }) => model ?? []) : [],
    members,
  }));
}

const textOf = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

/** Options whose values differ among these sets of runs; undefined where one has no such option. */
export function differingOptions(sets: readonly (readonly ComparedRun[])[]): { key: string; values: unknown[] }[] {
  const configs = sets.map(([first]) => new Map(optionsOf(first)));
  const keys = [...new Set(configs.flatMap((config) => [...config.keys()]))].sort();
  return keys
    .map((key) => ({ key, values: configs.map((config) => config.get(key)) }))
    .filter(({ values }) => values.some((value) => textOf(value) !== textOf(values[0])));
}

/** How many options there are in all, the seed not among them. */
export const optionCount = (series: readonly Series[]): number =>
  new Set(series.flatMap(({ members }) => optionsOf(members[0]).map(([key]) => key))).size;

/** Options named first where several set series apart. */
const TELLING = ['beta', 'kl_coef', 'loss_type', 'learning_rate', 'annotator', 'model', 'dataset'];
const MOST_TELLING = 3;

const place = (key: string): number => (TELLING.includes(key) ? TELLING.indexOf(key) : TELLING.length);

/** Of each set: what sets it apart from the others of its method; its first run's name where nothing does. */
function labels(sets: readonly (readonly ComparedRun[])[]): { label: string; apart: [string, string][] }[] {
  return sets.map((set) => {
    const [first] = set;
    const alike = sets.filter(([other]) => other.method === first.method);
    if (alike.length === 1) return { label: '', apart: [] };
    const at = alike.indexOf(set);
    const apart = differingOptions(alike)
      .sort((a, b) => place(a.key) - place(b.key))
      .map(({ key, values }): [string, string] => [key, textOf(values[at])]);
    const label = apart
      .slice(0, MOST_TELLING)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
    return { label: label || first.name, apart };
  });
}

/** Every metric of the runs' last values, with the number of series that have it. */
export function metricsOf(series: readonly Series[]): { name: string; series: number }[] {
  const counts = new Map<string, number>();
  for (const { members } of series)
    for (const name of new Set(members.flatMap(({ latest }) => Object.keys(latest))))
      counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, series: count })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Axes that every series has values for. */
export const axesOf = (series: readonly Series[]) =>
  metricsAxes((metric) => series.every(({ members }) => members.some(({ latest }) => metric in latest)));
