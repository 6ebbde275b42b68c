/** Contract namespace `lab`: runs of the exact lab, their numbers, and Razin's example. */
import { join } from 'node:path';
import type { LabRun } from '../../preload/contract/lab.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { getRun, listRuns, type RunRecord } from '../data/store/runs.ts';
import { LAB_REFERENCE, labConfig } from '../train/lab/config.ts';
import type { Handlers, HostServices } from './services.ts';

const METHOD = 'lab';
const SCALE_METHOD = 'reproduce_cell';

const toLabRun = ({ id, name, status, error, step, maxSteps, secondsLeft, createdAt, config }: RunRecord): LabRun => {
  const { method: _method, model: _model, ...options } = labConfig.parse(config);
  return { id, name, status, error, step, maxSteps, secondsLeft, createdAt, options };
};

export const labHandlers = ({ store, runner, workspace }: HostServices): Handlers<'lab'> => {
  const cells = () => join(workspace.home, 'cells');
  const runsOf = (method: string): RunRecord[] =>
    listRuns(store).flatMap((run) => {
      const record = run.method === method ? getRun(store, run.id) : undefined;
      return record ? [record] : [];
    });
  return {
    'lab.runs': () => runsOf(METHOD).map(toLabRun),
    async 'lab.start'(options) {
      const { labMethods } = await import('../train/lab/index.ts');
      for (const id of options.methods) labMethods.get(id);
      const config = { ...options, method: METHOD, model: LAB_REFERENCE };
      const methods = options.methods.length || labMethods.all.length;
      const maxSteps = methods * options.steps;
      return { id: runner.create({ method: METHOD, nameBase: METHOD, config, model: LAB_REFERENCE, maxSteps }) };
    },
    async 'lab.view'({ id, prompt, pair, world }) {
      const run = getRun(store, id);
      if (!run || run.method !== METHOD)
        throw new RpcError('not_found', 'This run of the lab does not exist any more.');
      const { labView } = await import('../train/lab/view.ts');
      return labView(run.outputDir, toLabRun(run), { prompt, pair, world });
    },
    async 'lab.scale'() {
      const { isScaleTask, scaleResult } = await import('../jobs/scale-example.ts');
      const run = runsOf(SCALE_METHOD).find(({ config }) => isScaleTask(config));
      const found = scaleResult(cells());
      if (!run && !found) return null;
      const { offline = [], online = [] } = found ?? {};
      // a run that was removed leaves its result
      const { id, status, error, step, maxSteps } = run ?? KEPT;
      return { id, status: found ? 'finished' : status, error: found ? null : error, step, maxSteps, offline, online };
    },
    async 'lab.startScale'() {
      const { scaleTask } = await import('../jobs/scale-example.ts');
      return { id: runner.create({ method: SCALE_METHOD, nameBase: 'razin', config: { ...scaleTask(cells()) } }) };
    },
  };
};

const KEPT = { id: '', status: 'finished', error: null, step: 0, maxSteps: 0 } as const;
