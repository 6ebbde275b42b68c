/** `plumb runs`: what was trained here, by this program or by the app on the same workspace. */
import { setTimeout } from 'node:timers/promises';
import { readMetrics } from '../../data/store/metrics.ts';
import { getRunSummary, listRuns, type RunRecord } from '../../data/store/runs.ts';
import { readSamples } from '../../data/store/samples.ts';
import type { Store } from '../../data/store/store.ts';
import { removeRunWithModels } from '../../host/runs.ts';
import { type CommandGroup, defineCommand, UsageError, wholeNumber } from '../command.ts';
import { followRun, showRun, stepOf, stoppedCode, timesOf } from '../follow-run.ts';
import { tableLines } from '../table.ts';
import { planLines } from './plan-lines.ts';
import { rate } from './rate.ts';
import { runOf, withWorkbench } from './run-by-name.ts';

/** How long `stop` waits for the program that has the run to save it. */
const STOP_MS = 30_000;
const LOOK_MS = 100;

/** What the documents tell of a run. */
function publicOf({ outputDir, baseFolder: _base, pid: _pid, pidStarted: _started, ...run }: RunRecord) {
  return { ...run, output_dir: outputDir };
}

const timeOf = (iso: string | null): string => (iso === null ? '–' : iso.slice(0, 16).replace('T', ' '));

const list = defineCommand({
  id: 'list',
  summary: 'Every run, the newest first.',
  examples: ['plumb runs list', 'plumb runs list --json -'],
  configure: () => undefined,
  run: (_args, _options, context) => withWorkbench(context, ({ store }) => ({ runs: listRuns(store) })),
  show({ runs }: { runs: ReturnType<typeof listRuns> }, { print }) {
    if (runs.length === 0) return print('No runs yet. plumb train CONFIG or plumb quickstart makes one.');
    const rows = runs.map((run) => [
      run.name,
      run.method,
      run.status,
      `${run.step}/${run.maxSteps}`,
      run.latest.loss ?? null,
      run.dataset,
      timeOf(run.startedAt),
    ]);
    print(tableLines(['run', 'method', 'status', 'step', 'loss', 'data', 'started (UTC)'], rows).join('\n'));
  },
});

const show = defineCommand({
  id: 'show',
  summary: 'A run: its state, its config, its last numbers and samples.',
  examples: ['plumb runs show dpo-pairs-01'],
  configure: (command) => command.argument('<run>', 'name or id'),
  run: ([reference], _options, context) =>
    withWorkbench(context, ({ store }) => {
      const run = runOf(store, reference);
      return { ...publicOf(run), samples: readSamples(store, run.id) };
    }),
  show(run: ReturnType<typeof publicOf> & { samples: ReturnType<typeof readSamples> }, { print }) {
    print(`${run.name}  ${run.method}  ${run.status}  step ${run.step} of ${run.maxSteps}`);
    if (run.error) print(`error: ${run.error}`);
    if (run.ratingsWaiting > 0) print(`waits for ${run.ratingsWaiting} ratings: plumb runs rate ${run.name}`);
    print(`model ${run.model ?? '–'}, reference ${run.referenceModel ?? '–'}, data ${run.dataset ?? '–'}`);
    for (const { key, dataset, number, contentHash } of run.data)
      print(`${key} ${dataset}@${number}, content ${contentHash.slice(0, 12)}`);
    print(`started ${timeOf(run.startedAt)}, ended ${timeOf(run.endedAt)}, folder ${run.output_dir}`);
    const saved = run.checkpoints.map(({ step }) => step).join(', ');
    if (saved) print(`checkpoints at step ${saved}`);
    for (const line of planLines(run)) print(line);
    for (const [name, value] of Object.entries(run.latest)) print(`  ${name.padEnd(28)} ${value ?? 'not finite'}`);
    const last = run.samples.at(-1)?.step;
    for (const sample of run.samples.filter(({ step }) => step === last))
      print(`\n[step ${sample.step}] ${sample.prompt}\n  → ${sample.completion}`);
  },
});

const metrics = defineCommand({
  id: 'metrics',
  summary: 'Every metric of every step of a run.',
  examples: ['plumb runs metrics dpo-pairs-01 --json curve.json', 'plumb runs metrics dpo-pairs-01 --last 5'],
  configure(command) {
    command.argument('<run>', 'name or id');
    command.option('--last <n>', 'only the last n steps, and what was evaluated in them');
  },
  run: ([reference], { last }, context) =>
    withWorkbench(context, ({ store }) => {
      const run = runOf(store, reference);
      const first = last === undefined ? 0 : run.step - wholeNumber(last, '--last', 1, Number.MAX_SAFE_INTEGER) + 1;
      const points = readMetrics(store, run.id).filter(({ step }) => step >= first);
      return {
        run: run.name,
        steps: points.filter((p) => !p.evaluation).map(stepOf),
        evaluations: points.filter((p) => p.evaluation).map(stepOf),
        times: timesOf(points),
      };
    }),
  show({ steps, evaluations }: Record<'steps' | 'evaluations', ReturnType<typeof stepOf>[]>, { print }) {
    for (const points of [steps, evaluations]) {
      if (points.length === 0) continue;
      const names = [...new Set(points.flatMap((p) => Object.keys(p.metrics)))];
      const rows = points.map((p) => [p.step, ...names.map((name) => p.metrics[name] ?? null)]);
      print(`${tableLines(['step', ...names], rows).join('\n')}\n`);
    }
  },
});

const stop = defineCommand({
  id: 'stop',
  summary: 'Stop a run with a checkpoint, also one that the app or another terminal runs.',
  examples: ['plumb runs stop dpo-pairs-01'],
  configure: (command) => command.argument('<run>', 'name or id'),
  run: ([reference], _options, context) =>
    withWorkbench(context, async ({ store, runner }) => {
      const { id, name, status: before } = runOf(store, reference);
      if (!['queued', 'running', 'paused'].includes(before)) throw new UsageError(`${name} is ${before} already`);
      runner.stop(id);
      const status = await endOf(store, id, context.signal);
      if (status === before) throw new Error(`${name} did not stop within ${STOP_MS / 1000} s; it was asked to`);
      return { run: name, ended: status };
    }),
  show: ({ run, ended }: { run: string; ended: string }, { print }) => print(`${run} ${ended}`),
});

/** The state a run ends in; the one it is in when that takes too long. */
async function endOf(store: Store, id: string, signal: AbortSignal): Promise<string> {
  const limit = Date.now() + STOP_MS;
  for (;;) {
    const status = getRunSummary(store, id)?.status ?? 'removed';
    const over = !['queued', 'running', 'paused'].includes(status);
    if (over || signal.aborted || Date.now() > limit) return status;
    await setTimeout(LOOK_MS);
  }
}

const resume = defineCommand({
  id: 'resume',
  summary: 'Go on with a stopped or failed run from its newest checkpoint.',
  examples: ['plumb runs resume dpo-pairs-01'],
  configure(command) {
    command.argument('<run>', 'name or id');
    command.option('--threads <n>', 'threads of one operator; 0 = one for small models, all cores for others', '0');
  },
  run: ([reference], { threads }, context) =>
    followRun(context, wholeNumber(threads, '--threads', 0, 1024), ({ store, runner }) => {
      const run = runOf(store, reference);
      if (run.status === 'running' || run.status === 'queued')
        throw new UsageError(`${run.name} is ${run.status} already`);
      runner.resume(run.id);
      return run.id;
    }),
  exitCode: stoppedCode,
  show: showRun,
});

const remove = defineCommand({
  id: 'remove',
  summary: 'Remove a run that is over, its folder in the workspace and the models it made.',
  examples: ['plumb runs remove dpo-pairs-01'],
  configure: (command) => command.argument('<run>', 'name or id'),
  run: ([reference], _options, context) =>
    withWorkbench(context, ({ store, runner }) => {
      const { id, name } = runOf(store, reference);
      removeRunWithModels({ store, runner, workspace: context.workspace }, id);
      return { removed: name };
    }),
  show: ({ removed }: { removed: string }, { print }) => print(`${removed} was removed`),
});

export const runs: CommandGroup = {
  id: 'runs',
  summary: 'Training runs: list, show, stop, resume, rate, metrics, remove.',
  examples: [
    'plumb runs',
    'plumb runs show dpo-pairs-01',
    'plumb runs stop dpo-pairs-01',
    'plumb runs resume dpo-pairs-01',
  ],
  subcommands: [list, show, stop, resume, rate, metrics, remove],
  bare: list,
};
