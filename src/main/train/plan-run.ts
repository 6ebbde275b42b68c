/** A run's plan once it has read model and data: told to whoever started it, and where the run would not fit, what is done about it. */
import { memoryLimit } from '../base/free-memory.ts';
import type { LanguageModel } from '../engine/models/language-model.ts';
import type { CommonOptions } from './config.ts';
import type { PassShape, TrainControl } from './method.ts';
import { type PlannedRows, type PlanOptions, peakMemory, planPass, type SizedRow } from './plan.ts';

type Options = PlanOptions & Pick<CommonOptions, 'gradient_checkpointing'>;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/** What a method that samples knows of its rows before the first is there. */
interface Sampled {
  /** Prompts there are. */
  readonly rows: number;
  readonly maxPositions: number;
  readonly maxNewTokens: number;
}

/** Rows of a method that samples: as long as they can be. */
export function sampledRows(
  pass: PassShape,
  { rows, maxPositions, maxNewTokens }: Sampled,
  options: PlanOptions,
): PlannedRows {
  const start = Math.max(1, maxPositions - maxNewTokens);
  const row = new Array<SizedRow>(pass.sequencesPerRow).fill({ ids: { length: maxPositions }, start });
  const batch = new Array<SizedRow[]>(options.per_device_train_batch_size).fill(row);
  return { rows: batch, counts: { rows, held: 0 }, newTokens: maxNewTokens };
}

/** Whether layers are computed again in the backward pass: as the option says, with "auto" where the run would not fit otherwise. */
export function planRun(
  model: LanguageModel,
  pass: PassShape,
  options: Options,
  rows: PlannedRows,
  control: TrainControl,
): boolean {
  const limit = control.memoryLimit ?? memoryLimit();
  const asked = options.gradient_checkpointing;
  const kept = planPass(model, pass, options, rows, asked === true);
  const fits = peakMemory(kept) <= limit;
  const plan = asked === 'auto' && !fits ? planPass(model, pass, options, rows, true) : kept;
  const needs = `about ${gigabytes(peakMemory(plan))}, and ${gigabytes(limit)} are free`;
  if (plan !== kept)
    control.emit({
      type: 'log',
      level: 'info',
      text: `gradient checkpointing is on: without it the run would need about ${gigabytes(peakMemory(kept))}, and ${gigabytes(limit)} are free`,
    });
  if (peakMemory(plan) > limit)
    control.emit({
      type: 'log',
      level: 'warning',
      text: `this run may not fit: it needs ${needs}; ${advice(plan.recompute)}`,
    });
  control.emit({ type: 'planned', plan, memoryLimit: limit });
  return plan.recompute;
}

const advice = (recompute: boolean): string =>
  recompute
    ? 'a smaller per_device_train_batch_size with more gradient_accumulation_steps, or a smaller max_length, needs less'
    : 'gradient_checkpointing: true needs less memory and more time, a smaller per_device_train_batch_size less too';
