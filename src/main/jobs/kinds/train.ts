/** The job that trains: a run's config, done by its method, reported event by event. */
import type { MetricPoint, RunPlan } from '../../../preload/contract/runs.ts';
import { alike } from '../../base/registry.ts';
import { ConfigError, parseConfig } from '../../train/config.ts';
import { type Method, StoppedWaiting, type TrainEvent } from '../../train/method.ts';
import { methods } from '../../train/methods/index.ts';
import { jsonSafe, type RunDocument, runTraining } from '../../train/run.ts';
import { type JobContext, type JobKind, JobStopped } from '../kind.ts';
import type { JobEvent } from '../messages.ts';
import { measureRate, planOfRun } from '../plan-of-run.ts';
import { recordInputs } from '../run-inputs.ts';
import { resolveJob } from '../workspace-paths.ts';

export const train: JobKind = {
  id: 'train',
  async run(job, context) {
    const method = methodOf(job.config);
    context.emit({ type: 'config', config: parseConfig(method.params, job.config) });
    const { config, resolvePath } = resolveJob(job, context.workspace);
    const rate = await measureRate(job.threads);
    const report = createReporter(context, ({ plan, memoryLimit }) => planOfRun(plan, memoryLimit, rate, job.threads));
    const document = await runTraining(method, config, {
      run: job.name,
      outputDir: job.outputDir,
      resolvePath,
      resume: job.resume,
      threads: job.threads,
      signal: context.signal,
      pause: () => breatheQuietly(context),
      rate: (step, pairs) => context.rate(step, pairs).catch(asMethodKnows),
      onEvent(event) {
        // not before: a run that is refused leaves no folder
        if (event.type === 'started' && !job.resume)
          recordInputs(config, job.outputDir, resolvePath, new Set(Object.keys(job.files)));
        report(event);
      },
    });
    return withoutSteps(document);
  },
};

/** The method a config names. Throws ConfigError that names the nearest one. */
export function methodOf({ method }: Readonly<Record<string, unknown>>): Method {
  const id = String(method ?? '');
  if (methods.has(id)) return methods.get(id);
  const known = methods.all.map((m) => m.id);
  const problem = id === '' ? 'the config has no "method"' : `unknown method "${id}"`;
  const hint = id === '' ? '' : alike(id, known) || ';';
  throw new ConfigError(`${problem}${hint} Methods: ${known.join(', ')}`, { key: 'method' });
}

/** A stop is noticed by the method itself, which saves a checkpoint first. */
async function breatheQuietly(context: JobContext): Promise<void> {
  try {
    await context.breathe();
  } catch (error) {
    if (!(error instanceof JobStopped)) throw error;
  }
}

function asMethodKnows(error: unknown): never {
  throw error instanceof JobStopped ? new StoppedWaiting() : error;
}

/** Turns a method's events into the job's, with progress after every training step. */
function createReporter(
  context: JobContext,
  planned: (event: TrainEvent & { type: 'planned' }) => RunPlan,
): (event: TrainEvent) => void {
  const started = performance.now();
  let maxSteps = 0;
  const seconds = () => (performance.now() - started) / 1000;
  return (event) => {
    if (event.type === 'started') maxSteps = event.maxSteps;
    if (event.type === 'planned') context.emit({ type: 'planned', plan: planned(event) });
    else for (const each of translate(event, seconds())) context.emit(each);
    if (event.type === 'metrics' && !event.evaluation)
      context.emit({ type: 'progress', step: event.step, maxSteps, secondsLeft: null });
  };
}

/** One event of a method as events of a job; `seconds` since the job began. */
function translate(event: Exclude<TrainEvent, { type: 'planned' }>, seconds: number): JobEvent[] {
  switch (event.type) {
    case 'started':
      return [{ type: 'started', maxSteps: event.maxSteps, referenceModel: event.reference }];
    case 'metrics':
      return [{ type: 'metrics', point: pointOf(event, seconds) }];
    case 'samples':
      return [{ type: 'samples', samples: event.samples.map((sample) => ({ step: event.step, ...sample })) }];
    case 'log':
      return [{ type: 'log', line: { at: new Date().toISOString(), level: event.level, text: event.text } }];
    case 'checkpoint':
      return [event];
  }
}

const pointOf = (event: TrainEvent & { type: 'metrics' }, seconds: number): MetricPoint => ({
  step: event.step,
  seconds,
  evaluation: event.evaluation,
  values: jsonSafe(event.step, { ...event.metrics, ...event.times }).metrics,
});

/** The steps are in the store already. */
const withoutSteps = ({ steps: _steps, evaluations: _evaluations, ...rest }: RunDocument) => rest;
