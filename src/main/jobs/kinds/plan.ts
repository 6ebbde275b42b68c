/** What a run of a config will need: graphs are built and one large product is timed, which would hold the window up for half a second and, for large models, for seconds. */
import { z } from 'zod';
import type { RowTexts } from '../../data/store/pairs.ts';
import type { JobKind } from '../kind.ts';
import { type ConfigPlan, planConfig } from '../plan-config.ts';

const rows = z.array(z.custom<RowTexts>((value) => typeof value === 'object' && value !== null));

export const planTask = z.object({
  /** The run's, checked. */
  config: z.record(z.string(), z.unknown()),
  /** Folders of the models that the config names. */
  folders: z.record(z.string(), z.string()),
  texts: z.object({ spread: rows, longest: rows, total: z.int().min(0), held: z.int().min(0) }).optional(),
});

export const plan: JobKind = {
  id: 'plan',
  run(job): Promise<ConfigPlan> {
    const { config, folders, texts } = planTask.parse(job.config);
    const resolvePath = (name: string) => folders[name] ?? name;
    return planConfig(config, { resolvePath, threads: job.threads, texts });
  },
};
