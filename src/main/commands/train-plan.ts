/** `plumb train --plan`: what a run will need, worked out and shown before anything is trained. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunPlan } from '../../preload/contract/runs.ts';
import type { CommandContext } from './command.ts';
import { modelPath } from './model-options.ts';

interface PlanFigures {
  readonly parameters: number;
  readonly trained: number;
  readonly sequences: number;
  readonly length: number;
  readonly gradient_checkpointing: boolean;
  readonly memory: Readonly<Record<string, number>>;
  readonly peak_memory_bytes: number;
  readonly fits: boolean;
  readonly flops_per_step: number;
  /** null where a step waits for a person or a judge elsewhere. */
  readonly seconds_per_step: number | null;
  /** Seconds of a step by what they are for. */
  readonly step_seconds: Readonly<Record<string, number>>;
  /** null where neither max_steps nor the data says. */
  readonly steps: number | null;
  readonly seconds_per_run: number | null;
  /** Seconds of the run by what they are for: opening, its steps, the reference scored once, evaluations, checkpoints. */
  readonly run_seconds: Readonly<Record<string, number>>;
}

export interface PlanDocument {
  readonly plan: PlanFigures & {
    readonly method: string;
    /** What the process may come to on this machine now. */
    readonly memory_limit_bytes: number;
    /** The same with gradient checkpointing; null where the plan has it. */
    readonly with_gradient_checkpointing: PlanFigures | null;
  };
}

/** Estimates at sequences of full length; the speed of this machine is measured with one large product. */
export async function planOf(
  config: Readonly<Record<string, unknown>>,
  baseFolder: string,
  threads: number,
  context: CommandContext,
): Promise<PlanDocument> {
  const { planConfig } = await import('../jobs/plan-config.ts');
  const rows = await rowsOf(config.dataset, baseFolder);
  const models = await modelsOf(config, baseFolder, context);
  const { plan, checkpointed } = await planConfig(config, {
    resolvePath: (name) => models.get(name) ?? resolve(baseFolder, name),
    threads,
    ...(rows === null ? {} : { counts: { rows, held: (await rowsOf(config.eval_dataset, baseFolder)) ?? 0 } }),
    say: context.say,
  });
  return {
    plan: {
      method: String(config.method),
      ...figuresOf(plan),
      memory_limit_bytes: plan.memoryLimitBytes,
      with_gradient_checkpointing: checkpointed && figuresOf(checkpointed),
    },
  };
}

const figuresOf = (plan: RunPlan): PlanFigures => ({
  parameters: plan.parameters,
  trained: plan.trained,
  sequences: plan.sequences,
  length: plan.length,
  gradient_checkpointing: plan.gradientCheckpointing,
  memory: plan.memory,
  peak_memory_bytes: plan.peakMemoryBytes,
  fits: plan.peakMemoryBytes <= plan.memoryLimitBytes,
  flops_per_step: plan.flopsPerStep,
  seconds_per_step: plan.secondsPerStep,
  step_seconds: plan.time ?? {},
  steps: plan.steps ?? null,
  seconds_per_run: plan.secondsPerRun ?? null,
  run_seconds: plan.runTime ?? {},
});

/** Larger files are not read for a plan. */
const COUNTED_BYTES = 64e6;

/** Rows of a file that is there and not too large; null of anything else. */
async function rowsOf(name: unknown, baseFolder: string): Promise<number | null> {
  if (typeof name !== 'string') return null;
  const path = resolve(baseFolder, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > COUNTED_BYTES) return null;
  const { readRecords } = await import('../data/records.ts');
  let rows = 0;
  for await (const _ of readRecords(path)) rows++;
  return rows;
}

/** Names in the config that are models of the workspace → their folders. */
async function modelsOf(config: Readonly<Record<string, unknown>>, baseFolder: string, context: CommandContext) {
  const found = new Map<string, string>();
  for (const key of ['model', 'adapter']) {
    const name = config[key];
    if (typeof name === 'string' && !existsSync(resolve(baseFolder, name)))
      found.set(name, await modelPath(name, context));
  }
  return found;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

const stepWords = ({ seconds_per_step: seconds }: PlanFigures): string =>
  seconds === null ? 'not known: it waits for whoever judges' : `about ${secondsText(seconds)}`;

const secondsText = (seconds: number): string => `${seconds.toPrecision(2)} s`;

/** Parts that take a share worth a line, the largest first. */
const partLines = (parts: Readonly<Record<string, number>>): string[] =>
  Object.entries(parts)
    .filter(([, seconds]) => seconds > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([part, seconds]) => `  ${part.padEnd(12)} ${secondsText(seconds)}`);

export function showPlan({ plan }: PlanDocument, { print }: CommandContext): void {
  print(`${plan.method}: ${plan.trained} of ${plan.parameters} weights are trained`);
  print(`a pass: ${plan.sequences} sequences of at most ${plan.length} tokens`);
  print(`peak memory at full length: about ${gigabytes(plan.peak_memory_bytes)}`);
  for (const [part, bytes] of Object.entries(plan.memory)) print(`  ${part.padEnd(12)} ${gigabytes(bytes)}`);
  print(`a step at full length: ${stepWords(plan)}`);
  for (const line of partLines(plan.step_seconds)) print(line);
  if (plan.seconds_per_run !== null) {
    print(`the run of ${plan.steps} steps: about ${secondsText(plan.seconds_per_run)}`);
    for (const line of partLines(plan.run_seconds)) print(line);
  }
  const limit = `${gigabytes(plan.memory_limit_bytes)} are free`;
  print(plan.fits ? `it fits: ${limit}` : `it would not fit: ${limit}`);
  const other = plan.with_gradient_checkpointing;
  if (other)
    print(
      `with gradient_checkpointing: true about ${gigabytes(other.peak_memory_bytes)}${other.fits ? '' : ', which would not fit either'}, a step ${stepWords(other)}`,
    );
}
