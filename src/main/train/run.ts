/** One training run from config to result document: what the command line prints and a job process reports. */
import { setImmediate } from 'node:timers/promises';
import { ignoredOptions } from './config.ts';
import type { Method, TrainControl, TrainEvent } from './method.ts';

export interface RunOptions {
  readonly run: string;
  readonly outputDir: string;
  resolvePath(path: string): string;
  readonly resume: boolean;
  readonly threads: number;
  /** Aborted = stop: a checkpoint is written. */
  readonly signal: AbortSignal;
  onProgress?(step: number, maxSteps: number): void;
  onLog?(text: string): void;
  onEvent?(event: TrainEvent): void;
  /** See `TrainControl`. */
  readonly memoryLimit?: number;
  /** Waits while the run is paused. */
  pause?(): Promise<void>;
  /** Asks a person; see `TrainControl`. */
  readonly rate?: TrainControl['rate'];
}

export interface ReportedStep {
  readonly step: number;
  /** Non-finite values are null, and their names stand in `non_finite`. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly non_finite?: readonly string[];
}

export interface RunDocument {
  readonly run: string;
  readonly status: 'finished' | 'stopped';
  readonly steps: readonly ReportedStep[];
  readonly evaluations: readonly ReportedStep[];
  readonly seconds: number;
  readonly tokens_per_second: number;
  /** Median of the steps, without evaluations and checkpoints. */
  readonly seconds_per_step: number | null;
  readonly peak_memory_bytes: number;
  readonly output_dir: string;
  /** Replays of PPO list every rollout and every update. */
  readonly rollouts?: unknown;
  readonly updates?: unknown;
}

/** JSON has no NaN: a diverged metric becomes null and is named. */
export function jsonSafe(step: number, metrics: Readonly<Record<string, number>>): ReportedStep {
  const bad = Object.keys(metrics).filter((name) => !Number.isFinite(metrics[name]));
  if (bad.length === 0) return { step, metrics };
  return { step, metrics: { ...metrics, ...Object.fromEntries(bad.map((name) => [name, null])) }, non_finite: bad };
}

export async function runTraining(
  method: Method,
  config: Readonly<Record<string, unknown>>,
  options: RunOptions,
): Promise<RunDocument> {
  const started = performance.now();
  const steps: ReportedStep[] = [];
  const evaluations: ReportedStep[] = [];
  let maxSteps = 0;
  const control: TrainControl = {
    resolvePath: options.resolvePath,
    resume: options.resume,
    threads: options.threads,
    rate: options.rate,
    memoryLimit: options.memoryLimit,
    stopRequested: () => options.signal.aborted,
    async breathe() {
      await setImmediate();
      await options.pause?.();
    },
    emit(event) {
      options.onEvent?.(event);
      if (event.type === 'started') maxSteps = event.maxSteps;
      else if (event.type === 'log') options.onLog?.(event.text);
      else if (event.type === 'metrics') {
        (event.evaluation ? evaluations : steps).push(jsonSafe(event.step, event.metrics));
        if (!event.evaluation) options.onProgress?.(event.step, maxSteps);
      }
    },
  };
  const ignored = ignoredOptions(method.params, config);
  if (ignored.length > 0)
    control.emit({ type: 'log', level: 'info', text: `without effect here: ${ignored.join(', ')}` });
  const result = await method.train(config, options.outputDir, control);
  const seconds = (performance.now() - started) / 1000;
  return {
    run: options.run,
    status: result.status,
    steps,
    evaluations,
    seconds,
    tokens_per_second: result.tokens / seconds,
    seconds_per_step: result.secondsPerStep,
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    output_dir: options.outputDir,
    ...result.details,
  };
}
