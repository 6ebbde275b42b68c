/** Contract namespace `runs`: start, steer and watch runs; their metrics, samples and logs. */

import type { z } from 'zod';
import { RpcError } from '../../preload/contract/rpc.ts';
import type { runAnnotation } from '../../preload/contract/runs.ts';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { findVersion } from '../data/datasets/find.ts';
import { getDatasetByName } from '../data/store/datasets.ts';
import { readLog } from '../data/store/log.ts';
import { readMetricsDownsampled } from '../data/store/metrics.ts';
import { getModelByName, listModels } from '../data/store/models.ts';
import { sampledRowTexts } from '../data/store/pairs.ts';
import { readRunOptions } from '../data/store/run-options.ts';
import { getRun, listRuns, type RunRecord, updateRun } from '../data/store/runs.ts';
import { readSamples } from '../data/store/samples.ts';
import { type Store, transaction, type WritableStore, withFullSync } from '../data/store/store.ts';
import { labelsOf, type NewJob } from '../jobs/new-job.ts';
import type { ConfigPlan } from '../jobs/plan-config.ts';
import { summaryOf, UnknownRun } from '../jobs/run-record.ts';
import { DATASET_KEYS, modelFolder } from '../jobs/workspace-paths.ts';
import { forgetModel } from './model-registry.ts';
import { pastedOptions } from './pasted-config.ts';
import { withJudge } from './run-judges.ts';
import { closed, type Handlers, type HostServices } from './services.ts';
import { sweepJobs } from './sweep.ts';
import { withoutPaths } from './without-path.ts';

const done = { ok: true } as const;

export const runsHandlers = ({ store, runner, workspace, tasks }: HostServices): Handlers<'runs'> => ({
  'runs.list': () => listRuns(store),
  'runs.get': ({ id }) => detailOf(store, id),
  async 'runs.create'({ config, name }) {
    return { id: runner.create({ ...(await checkedJob(store, withJudge(config, workspace))), name }) };
  },
  'runs.paste': ({ text, method }) => pastedOptions(store, text, method),
  'runs.plan': ({ config }) => planned({ store, workspace, tasks }, config),
  async 'runs.sweep'(request) {
    const { group, jobs } = await sweepJobs(store, request, (config) =>
      checkedJob(store, withJudge(config, workspace)),
    );
    return { group, ids: jobs.map((job) => runner.create(job)) };
  },
  'runs.annotate'(annotation) {
    annotate(store, annotation);
    for (const id of annotation.ids) runner.annotated(id);
    return done;
  },
  'runs.options': ({ keys }) => readRunOptions(store, keys),
  'runs.order'({ ids }) {
    runner.order(ids);
    return done;
  },
  'runs.pause'({ id }) {
    runner.pause(id);
    return done;
  },
  'runs.resume'({ id }) {
    runner.resume(id);
    return done;
  },
  'runs.stop'({ id }) {
    runner.stop(id);
    return done;
  },
  'runs.remove'({ id }) {
    removeRunWithModels({ store, runner, workspace }, id);
    return done;
  },
  'runs.metrics': ({ id, maxPoints }) => ({
    points: readMetricsDownsampled(store, summaryOf(store, id).id, maxPoints),
  }),
  'runs.samples': ({ id }) => readSamples(store, summaryOf(store, id).id),
  'runs.log': ({ id }) => readLog(store, summaryOf(store, id).id),
  async 'runs.watch'({ id }, { emit, signal }) {
    emit({ type: 'summary', run: summaryOf(store, id) });
    const remove = runner.watch(id, emit);
    await closed(signal);
    remove();
    return undefined;
  },
  async 'runs.changes'(_input, { emit, signal }) {
    const remove = runner.onChange(emit);
    await closed(signal);
    remove();
    return undefined;
  },
});

/** Rows that a plan reads: enough for a mean, and for the largest batch. */
const PLANNED_ROWS = 200;

/** Worked out in a process of its own: graphs are built for it, and a product is timed. */
async function planned(
  { store, workspace, tasks }: Pick<HostServices, 'store' | 'workspace' | 'tasks'>,
  given: Readonly<Record<string, unknown>>,
): Promise<ConfigPlan> {
  const { config } = await checkedJob(store, withJudge(given, workspace));
  const versionOf = (name: unknown) => (typeof name === 'string' ? findVersion(store, name) : undefined);
  const version = versionOf(config.dataset);
  const held = versionOf(config.eval_dataset);
  const texts = version && { ...sampledRowTexts(store, version.id, PLANNED_ROWS), held: held?.rows ?? 0 };
  const folders = foldersOf(store, workspace, config);
  const task = { kind: 'plan', name: 'plan', config: { config, folders, texts }, outputDir: workspace.home };
  const names = Object.fromEntries(Object.entries(folders).map(([name, folder]) => [folder, name]));
  // the job says what the contract says: its answer is checked on the way out
  return (await withoutPaths(names, () => tasks.run(task, { signal: new AbortController().signal }))) as ConfigPlan;
}

/** Where the models lie that a config names. */
function foldersOf(store: Store, workspace: HostServices['workspace'], config: Readonly<Record<string, unknown>>) {
  const named = Object.values(config).flat();
  return Object.fromEntries(
    named.flatMap((name) => {
      const folder = typeof name === 'string' ? modelFolder(store, workspace, name) : undefined;
      return folder === undefined ? [] : [[String(name), folder]];
    }),
  );
}

/** Removes a run that is over with its folder, and the models it made from the registry. */
export function removeRunWithModels(
  { store, runner, workspace }: Pick<HostServices, 'store' | 'runner' | 'workspace'>,
  id: string,
): void {
  runner.remove(id);
  for (const model of listModels(store)) if (model.runId === id) forgetModel(store, workspace, model);
}

/** All of it or nothing; answered when it is on the disk. */
function annotate(store: WritableStore, { ids, add, remove, notes }: z.output<typeof runAnnotation>): void {
  withFullSync(store, () =>
    transaction(store, () => {
      for (const id of ids) {
        const { tags } = summaryOf(store, id);
        const kept = [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag));
        updateRun(store, id, { tags: kept, notes });
      }
    }),
  );
}

function detailOf(store: Store, id: string) {
  const run = getRun(store, id);
  if (!run) throw new UnknownRun(id);
  const { outputDir: _path, baseFolder: _base, pid: _pid, pidStarted: _started, ...detail } = run satisfies RunRecord;
  return detail;
}

/** Keys that name a model, a dataset, or a place on this machine. The page knows names only: it can neither read nor write by path. */
const MODEL_KEYS = ['model', 'ref_model', 'reward_model', 'value_model'];
const PATH_KEYS = ['output_dir', 'tokenizer', 'adapter', 'rollouts', 'reward_function'];

/** Checks a config from the page against its method and the workspace; defaults are filled in. */
export async function checkedJob(store: Store, config: Readonly<Record<string, unknown>>): Promise<NewJob> {
  const { methods } = await import('../train/methods/index.ts');
  const { parseConfig } = await import('../train/config.ts');
  const method = methods.get(String(config.method ?? ''));
  for (const key of PATH_KEYS)
    if (config[key] !== undefined) throw new RpcError('invalid_input', `"${key}" cannot be set here.`, { key });
  const parsed: Record<string, unknown> = parseConfig(method.params, config);
  for (const key of MODEL_KEYS) mustBeKnown(parsed, key, (name) => isModel(store, name), 'model');
  for (const key of DATASET_KEYS) mustBeKnown(parsed, key, (name) => findVersion(store, name) !== undefined, 'dataset');
  const labels = labelsOf(parsed);
  const dataset = labels.dataset && (getDatasetByName(store, labels.dataset)?.name ?? labels.dataset);
  return { method: method.id, config: parsed, ...labels, dataset };
}

/** Of the workspace, or one that comes with the program. */
const isModel = (store: Store, name: string): boolean =>
  getModelByName(store, name) !== undefined || builtInModelFolder(name) !== undefined;

function mustBeKnown(
  config: Readonly<Record<string, unknown>>,
  key: string,
  isKnown: (name: string) => boolean,
  what: string,
): void {
  const name = config[key];
  if (typeof name === 'string' && !isKnown(name))
    throw new RpcError('not_found', `${key}: there is no ${what} named "${name}" in the workspace.`, { key });
}
