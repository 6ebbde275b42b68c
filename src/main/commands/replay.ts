/** `plumb replay`: trains a finished run again from what it kept, and says whether the same came out. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readMetrics } from '../data/store/metrics.ts';
import { getRun, type RunRecord } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import type { MetricCheck, WeightCheck } from '../evaluate/runs/replay-check.ts';
import type { NewJob } from '../jobs/new-job.ts';
import { defineCommand, InputError, UsageError } from './command.ts';
import { followRun } from './follow-run.ts';
import { checkEmpty } from './models/export.ts';
import { numberOption } from './number-options.ts';
import { inputChanges } from './runs/input-changes.ts';
import { pinnedPlace } from './runs/pinned-place.ts';
import { runOf, withWorkbench } from './runs/run-by-name.ts';

/** What a sampling run keeps of each step; all other methods are trained again from their data. */
const KEPT: Readonly<Record<string, string>> = {
  ppo: 'rollouts.jsonl',
  rloo: 'rollouts.jsonl',
  online_dpo: 'pairs.jsonl',
};

/** Metrics that count recorded steps where the run counted prompts. */
const RECORDED_ONLY = ['epoch'];

export interface ReplayDocument {
  readonly run: string;
  readonly replay: string;
  readonly output_dir: string;
  /** The file that was trained from; null where the data themselves were. */
  readonly rollouts: string | null;
  readonly tolerance: number;
  readonly metrics: MetricCheck;
  readonly weights: readonly WeightCheck[];
  readonly agrees: boolean;
  readonly status: string;
}

export const replay = defineCommand({
  id: 'replay',
  summary: 'Train a finished run again from what it kept, and see that the same comes out.',
  examples: [
    'plumb replay ppo-helpful-01              # from its rollouts: nothing is sampled, nobody is asked',
    'plumb replay dpo-pairs-01 --out again --json check.json',
    'plumb replay dpo-pairs-01 --tolerance 1e-5   # a run of another machine',
  ],
  configure(command) {
    command
      .argument('<run>', 'name or id')
      .option('--out <folder>', "a new or an empty folder for the new model; else one of the workspace's runs")
      .option('--tolerance <difference>', 'metrics and weights that differ by no more agree; 0: bit for bit', '0')
      .option('--name <name>', 'name of the new run');
  },
  async run([reference], options, context): Promise<ReplayDocument> {
    const tolerance = numberOption(options.tolerance, 'tolerance', 0);
    const original = await withWorkbench(context, ({ store }) => {
      const run = replayable(runOf(store, reference));
      mustBeUnchanged(run, inputChanges(store, run, context));
      return run;
    });
    const outputDir = options.out === undefined ? undefined : freshFolder(resolve(String(options.out)), original);
    const rollouts = keptRollouts(original);
    const done = await followRun(context, 0, ({ store, runner }) => {
      const config = againConfig(store, original, rollouts);
      const name = options.name === undefined ? {} : { name: String(options.name) };
      return runner.create({ ...jobOf(original), ...name, config, outputDir });
    });
    const { checkMetrics, checkWeights } = await import('../evaluate/runs/replay-check.ts');
    const metrics = await withWorkbench(context, ({ store }) =>
      checkMetrics(readMetrics(store, original.id), readMetrics(store, runOf(store, done.run).id), {
        tolerance,
        leaveOut: rollouts === null ? [] : RECORDED_ONLY,
      }),
    );
    const weights = checkWeights(original.outputDir, done.output_dir, tolerance);
    const isSame = metrics.different.length === 0 && weights.every(({ different }) => different.length === 0);
    // a run from recorded answers has no numbers of sampling; any other has all of them
    const isWhole = rollouts !== null || metrics.only_run.length + metrics.only_replay.length === 0;
    const agrees = isSame && isWhole && weights.length > 0 && done.status === 'finished';
    const { run, output_dir, status } = done;
    return { run: original.name, replay: run, output_dir, rollouts, tolerance, metrics, weights, agrees, status };
  },
  exitCode: ({ agrees, status }: ReplayDocument) => (status === 'stopped' ? 130 : agrees ? 0 : 1),
  show(document: ReplayDocument, { print }) {
    const { run, metrics, weights, tolerance } = document;
    const within = tolerance === 0 ? 'bit for bit' : `within ${tolerance}`;
    print(`${run} again, as ${document.replay}: ${document.agrees ? `the same, ${within}` : 'not the same'}`);
    print(`  ${metrics.same.length} metrics of ${metrics.steps} steps agree`);
    for (const each of metrics.different)
      print(
        `  ${each.metric}: from step ${each.first_step}, ${each.run} and ${each.replay}; ${furthestApart(each.largest_difference)}`,
      );
    for (const { file, tensors, different, largest_difference } of weights)
      print(
        different.length === 0
          ? `  ${file}: ${tensors} tensors agree`
          : `  ${file}: ${different.length} of ${tensors} tensors differ, ${furthestApart(largest_difference)}: ${different.slice(0, 3).join(', ')}`,
      );
    const why = document.rollouts === null ? '' : ', which samples nothing';
    if (metrics.only_run.length > 0) print(`  not in the replay${why}: ${metrics.only_run.join(', ')}`);
    if (metrics.only_replay.length > 0) print(`  in the replay alone: ${metrics.only_replay.join(', ')}`);
    print(`model: ${document.output_dir}`);
  },
});

const furthestApart = (largest: number | null): string =>
  largest === null ? 'one of them is missing or not finite' : `at most ${largest} apart`;

/** Throws UsageError unless the run is one that trained a model to its end. */
function replayable(run: RunRecord): RunRecord {
  if (run.maxSteps === 0 || run.model === null)
    throw new UsageError(`${run.name} is no training: there is nothing to replay`);
  if (run.status !== 'finished')
    throw new UsageError(
      `${run.name} is ${run.status}: only a finished run is replayed; plumb runs resume ${run.name}`,
    );
  return run;
}

/** Throws InputError that names every model and file that is not what the run read. */
function mustBeUnchanged({ name }: RunRecord, changes: readonly string[]): void {
  if (changes.length > 0)
    throw new InputError(`${name} cannot be replayed: ${changes.join('; ')}`, { details: { changes } });
}

function freshFolder(folder: string, { name, outputDir }: RunRecord): string {
  if (folder === resolve(outputDir)) throw new UsageError(`--out ${folder} is the folder of ${name} itself`);
  checkEmpty(folder);
  return folder;
}

/** The file with what the run sampled; null for a method that samples nothing. */
function keptRollouts({ name, method, outputDir, config }: RunRecord): string | null {
  if (typeof config.rollouts === 'string' || !(method in KEPT)) return null;
  const path = join(outputDir, KEPT[method]);
  if (!existsSync(path)) throw new InputError(`${path}: ${name} kept its answers there, and the file is gone`);
  return path;
}

const jobOf = ({ name, method, model, referenceModel, dataset, baseFolder }: RunRecord): Omit<NewJob, 'config'> => ({
  method,
  model,
  referenceModel,
  dataset,
  nameBase: `${name}-replay`,
  baseFolder: baseFolder ?? undefined,
});

/** The run's own config, with the data it had and the number of steps it took. */
function againConfig(store: Store, run: RunRecord, rollouts: string | null): Record<string, unknown> {
  const { output_dir: _out, ...config } = run.config;
  const pinned = run.data.map((pin) => {
    const place = pinnedPlace(store, run, pin);
    return [pin.key, 'version' in place ? place.version : place.file];
  });
  return {
    ...config,
    ...Object.fromEntries(pinned),
    max_steps: getRun(store, run.id)?.maxSteps ?? run.maxSteps,
    ...(rollouts === null ? {} : { rollouts }),
  };
}
