/** Runs one job to its end from the command line: in a job process, recorded in the workspace, with progress and Ctrl-C. */
import type { LogLine, MetricPoint, RunEvent } from '../../preload/contract/runs.ts';
import type { RunRecord } from '../data/store/runs.ts';
import { openWorkbench, type Workbench } from '../host/workbench.ts';
import type { JobFailure, JobOutcome } from '../jobs/messages.ts';
import { forkJobs, startedAhead } from '../jobs/spawn.ts';
import type { ReportedStep, RunDocument } from '../train/run.ts';
import { createAsking } from './asking.ts';
import type { CommandContext } from './command.ts';

/** The result of a run: these keys, and what its method adds. */
export type FollowedRun = RunDocument & Readonly<Record<string, unknown>>;

/** The job failed: its code decides the exit code, its run stays for a look or a resume. */
export class JobFailed extends Error {
  readonly code: string;
  readonly exitCode?: number;
  readonly details: unknown;
  constructor({ code, message, details }: JobFailure) {
    super(message);
    this.name = 'JobFailed';
    this.code = code;
    this.details = details;
    if (code === 'bad_config') this.exitCode = 2;
    else if (NO_SUCH_FILE.includes(code)) this.exitCode = 3;
  }
}

/** The system's words for a file that cannot be read. */
const NO_SUCH_FILE = ['ENOENT', 'EISDIR', 'EACCES', 'ENOTDIR'];

/** `start` enters or takes up a run and returns its id; the promise settles when that run is over and the workspace closed. Throws `JobFailed`. */
export async function followRun(
  context: CommandContext,
  threads: number,
  start: (workbench: Workbench) => Promise<string> | string,
): Promise<FollowedRun> {
  const ends: { run: RunRecord; outcome: JobOutcome }[] = [];
  const spawn = startedAhead(forkJobs(context.files.worker));
  const workbench = openWorkbench({
    workspace: context.workspace,
    spawn,
    threads,
    adopts: false,
  });
  workbench.runner.onEnd((run, outcome) => ends.push({ run, outcome }));
  const begun = performance.now();
  const points: MetricPoint[] = [];
  const asking = createAsking(workbench, context);
  try {
    const id = await start(workbench);
    const remove = workbench.runner.watch(id, (event) => {
      report(event, points, context);
      if (event.type === 'summary') asking.heed(event.run);
    });
    const stop = () => workbench.runner.stop(id);
    if (context.signal.aborted) stop();
    context.signal.addEventListener('abort', stop, { once: true });
    await workbench.runner.idle();
    context.signal.removeEventListener('abort', stop);
    remove();
    const end = ends.find(({ run }) => run.id === id);
    if (!end) throw new Error('the run ended without saying how');
    if (end.outcome.status === 'failed') throw failureOf(workbench, end.run, end.outcome.error);
    return documentOf(end.run, end.outcome, points, (performance.now() - begun) / 1000);
  } finally {
    await asking.close();
    await workbench.close();
  }
}

function report(event: RunEvent, points: MetricPoint[], context: CommandContext): void {
  if (event.type === 'metrics') points.push(...event.points);
  else if (event.type === 'log') sayLines(event.lines, context);
  else if (event.type === 'summary' && event.run.status === 'running' && event.run.maxSteps > 0)
    context.progress(event.run.step, event.run.maxSteps, 'step', event.run.secondsLeft);
}

/** What made the run fail is told once, at the end. */
function sayLines(lines: readonly LogLine[], { say }: CommandContext): void {
  for (const { level, text } of lines) if (level !== 'error') say(text);
}

/** A run that failed before its first step left nothing: what is wrong was said, and the list of runs stays clean. */
function failureOf({ runner }: Workbench, run: RunRecord, error: JobFailure): JobFailed {
  if (run.maxSteps === 0 && run.checkpoints.length === 0) {
    runner.remove(run.id);
    return new JobFailed(error);
  }
  return new JobFailed({ ...error, message: `${run.name}: ${error.message}` });
}

function documentOf(
  run: RunRecord,
  outcome: Exclude<JobOutcome, { status: 'failed' }>,
  points: readonly MetricPoint[],
  seconds: number,
): FollowedRun {
  return {
    seconds,
    tokens_per_second: 0,
    seconds_per_step: null,
    peak_memory_bytes: 0,
    ...(typeof outcome.result === 'object' ? outcome.result : { result: outcome.result }),
    run: run.name,
    status: outcome.status,
    steps: points.filter((p) => !p.evaluation).map(stepOf),
    evaluations: points.filter((p) => p.evaluation).map(stepOf),
    times: timesOf(points),
    output_dir: run.outputDir,
  };
}

const OF_TIME = 'time/';

/** Metrics of a step that the same seed gives again: its times stand apart (`timesOf`). */
export function stepOf({ step, values }: MetricPoint): ReportedStep {
  const metrics = Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith(OF_TIME)));
  const bad = Object.keys(metrics).filter((name) => metrics[name] === null);
  return bad.length === 0 ? { step, metrics } : { step, metrics, non_finite: bad };
}

/** What a training step spent its time on, in seconds; `step` is all of it. */
export interface TimedStep {
  readonly step: number;
  readonly seconds: Readonly<Record<string, number | null>>;
}

/** Of the training steps that were timed. */
export function timesOf(points: readonly MetricPoint[]): TimedStep[] {
  return points.flatMap(({ step, values }) => {
    const parts = Object.entries(values).filter(([name]) => name.startsWith(OF_TIME));
    const seconds = Object.fromEntries(parts.map(([name, value]) => [name.slice(OF_TIME.length), value]));
    return parts.length === 0 ? [] : [{ step, seconds }];
  });
}

/** A run that was stopped, from here or from elsewhere. */
export const stoppedCode = ({ status }: { readonly status: string }): number => (status === 'stopped' ? 130 : 0);

/** What people read at the end of a run. */
export function showRun(document: FollowedRun, { print }: Pick<CommandContext, 'print'>): void {
  const last = document.steps.at(-1);
  print(`${document.run} ${document.status} after ${last?.step ?? 0} steps in ${document.seconds.toFixed(1)} s`);
  for (const [name, value] of Object.entries(last?.metrics ?? {})) print(`  ${name.padEnd(24)} ${value}`);
  const stopped = document.status === 'stopped';
  print(stopped ? `go on with: plumb runs resume ${document.run}` : `model: ${document.output_dir}`);
}
