/** `plumb train`: runs a config to its end and reports every step. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findRunByFolder, getRun, type RunRecord, updateRun } from '../data/store/runs.ts';
import type { Workbench } from '../host/workbench.ts';
import { labelsOf, type NewJob } from '../jobs/new-job.ts';
import { defineCommand, InputError, UsageError, wholeNumber } from './command.ts';
import { type FollowedRun, followRun, showRun, stoppedCode } from './follow-run.ts';
import { type PlanDocument, planOf, showPlan } from './train-plan.ts';

/** More would only wait for each other. */
const MOST_THREADS = 1024;

export const train = defineCommand({
  id: 'train',
  summary: 'Train a model as a config says (JSON or YAML, TRL option names).',
  examples: [
    'plumb train sft.json',
    'plumb train dpo.yaml --json result.json',
    'plumb train dpo.yaml --plan        # memory and time before the start',
    'plumb train dpo.yaml --resume      # goes on in its output_dir; Ctrl-C stops with a checkpoint',
  ],
  configure(command) {
    command.argument('<config>', 'flat object with TRL names; relative paths are relative to it');
    command.option('--resume', 'go on from the newest checkpoint of output_dir');
    command.option('--plan', 'say what memory and time the run will take, and train nothing');
    command.option('--overwrite', 'start anew although output_dir holds checkpoints of a run that is not finished');
    command.option('--threads <n>', 'threads of one operator; 0 = one for small models, all cores for others', '0');
  },
  async run([file], options, context) {
    const path = resolve(file);
    const config = await readConfig(path);
    const baseFolder = dirname(path);
    const outputDir = typeof config.output_dir === 'string' ? resolve(baseFolder, config.output_dir) : undefined;
    const job = { method: String(config.method ?? ''), config, ...labelsOf(config), baseFolder, outputDir };
    const threads = wholeNumber(options.threads, '--threads', 0, MOST_THREADS);
    if (options.plan === true) return planOf(config, baseFolder, threads, context);
    return followRun(context, threads, (workbench) =>
      options.resume === true ? resumeIn(workbench, job) : startIn(workbench, job, options.overwrite === true),
    );
  },
  exitCode: (document: Shown) => (isPlan(document) ? 0 : stoppedCode(document)),
  show: (document: Shown, context) => (isPlan(document) ? showPlan(document, context) : showRun(document, context)),
});

type Shown = FollowedRun | PlanDocument;

const isPlan = (document: Shown): document is PlanDocument => 'plan' in document;

/** Takes up the run that was at work in output_dir, with the config as it is now; a folder from elsewhere becomes a run of its own. */
function resumeIn({ store, runner }: Workbench, job: NewJob): string {
  if (job.outputDir === undefined)
    throw new UsageError(
      '--resume needs output_dir in the config; a run without one goes on with: plumb runs resume RUN',
    );
  const run = runIn(store, job.outputDir);
  if (run?.status === 'finished')
    throw new UsageError(`--resume: ${run.name} is finished, there is nothing to go on with`);
  refuseBusy(run);
  if (!run) return runner.create({ ...job, resume: true });
  updateRun(store, run.id, { config: job.config });
  runner.resume(run.id);
  return run.id;
}

/** Starts anew; checkpoints of a run that was not finished are work that may be wanted. */
function startIn({ store, runner }: Workbench, job: NewJob, overwrite: boolean): string {
  const { outputDir } = job;
  if (outputDir === undefined) return runner.create(job);
  const run = runIn(store, outputDir);
  refuseBusy(run);
  const left = checkpointsIn(outputDir);
  if (left.length > 0 && run?.status !== 'finished' && !overwrite)
    throw new UsageError(
      `${outputDir} holds ${left.at(-1)} of a run that is not finished: --resume goes on from it, --overwrite starts anew`,
    );
  const id = runner.create(job);
  for (const name of left) rmSync(join(outputDir, name), { recursive: true, force: true });
  return id;
}

function runIn(store: Workbench['store'], outputDir: string): RunRecord | undefined {
  const id = findRunByFolder(store, outputDir);
  return id === undefined ? undefined : getRun(store, id);
}

function refuseBusy(run: RunRecord | undefined): void {
  if (run && ['queued', 'running', 'paused'].includes(run.status))
    throw new UsageError(`${run.name} is ${run.status} and writes into the same output_dir`);
}

/** Checkpoints that this program wrote, oldest first. */
function checkpointsIn(folder: string): string[] {
  // a file of that name is refused when the run is entered
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const stepOf = (name: string) => Number(/^checkpoint-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  return readdirSync(folder)
    .filter((name) => Number.isFinite(stepOf(name)) && existsSync(join(folder, name, 'plumbline_state.json')))
    .sort((a, b) => stepOf(a) - stepOf(b));
}

/** A config file as it stands. Throws InputError where it is none. */
export async function readConfig(path: string): Promise<Record<string, unknown>> {
  if (!existsSync(path)) throw new InputError(`${path}: there is no such file`);
  const { parse } = await import('yaml'); // JSON is YAML
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new InputError(`${path} is neither valid JSON nor YAML: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new InputError(`${path} must hold one flat object`);
  return value as Record<string, unknown>;
}
