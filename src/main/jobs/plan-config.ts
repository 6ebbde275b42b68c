/** What a run of a config will need, before anybody starts it: for the page and for `plumb train --plan`. */
import type { RunPlan } from '../../preload/contract/runs.ts';
import { memoryLimit } from '../base/free-memory.ts';
import { type PlannedTexts, planTraining } from '../train/plan.ts';
import type { RowCounts } from '../train/plan-work.ts';
import { methodOf } from './kinds/train.ts';
import { measureRate, planOfRun } from './plan-of-run.ts';

export interface ConfigPlan {
  readonly plan: RunPlan;
  /** The same with gradient checkpointing, where the config leaves it off. */
  readonly checkpointed: RunPlan | null;
}

export interface PlanSetting {
  resolvePath(name: string): string;
  readonly threads: number;
  /** Rows of the data; without them at sequences of full length. */
  readonly texts?: PlannedTexts;
  /** How many rows there are, where the texts do not say. */
  readonly counts?: RowCounts;
  say?(text: string): void;
}

/** Reads shapes, trains nothing; the speed of this machine is measured with one large product. Where "auto" would switch checkpointing on, the plan has it. */
export async function planConfig(config: Readonly<Record<string, unknown>>, setting: PlanSetting): Promise<ConfigPlan> {
  const method = methodOf(config);
  const limit = memoryLimit();
  const rate = await measureRate(setting.threads);
  const planned = (recompute?: boolean) => {
    const control = {
      resolvePath: setting.resolvePath,
      emit: (event: { readonly type: string; readonly text?: string }) => {
        if (event.type === 'log' && event.text !== undefined && recompute === undefined) setting.say?.(event.text);
      },
      breathe: async () => undefined,
      stopRequested: () => false,
      resume: false,
    };
    const plan = planTraining(method, config, control, { texts: setting.texts, counts: setting.counts, recompute });
    return planOfRun(plan, limit, rate, setting.threads);
  };
  const plan = planned();
  if (plan.gradientCheckpointing) return { plan, checkpointed: null };
  const checkpointed = planned(true);
  const switches = config.gradient_checkpointing === 'auto' && plan.peakMemoryBytes > limit;
  return switches ? { plan: checkpointed, checkpointed: null } : { plan, checkpointed };
}
