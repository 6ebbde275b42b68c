/** The job that trains the methods of the exact lab and keeps every policy it looks at. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from '../../base/statistics.ts';
import { normalised, policyGap } from '../../evaluate/exact-optimum.ts';
import { type LabConfig, labConfig, lookEvery } from '../../train/lab/config.ts';
import { labMethods } from '../../train/lab/index.ts';
import type { LabSetting } from '../../train/lab/lab-method.ts';
import { recordLab } from '../../train/lab/record.ts';
import { isGold } from '../../train/lab/reward.ts';
import { type LabLooks, runLab } from '../../train/lab/run-lab.ts';
import type { JobContext, JobKind } from '../kind.ts';
import { resolveJob } from '../workspace-paths.ts';

export const lab: JobKind = {
  id: 'lab',
  async run(job, context) {
    const config = withMethods(labConfig.parse(job.config));
    context.emit({ type: 'config', config });
    context.emit({
      type: 'started',
      maxSteps: config.methods.length * config.steps,
      referenceModel: config.model,
    });
    const work = join(job.outputDir, 'work');
    try {
      const results = await runLab({
        ...config,
        reference: resolveJob(job, context.workspace).resolvePath(config.model),
        betas: [config.beta],
        threads: job.threads,
        folder: work,
        signal: context.signal,
        reward: isGold(config) ? undefined : { scale: config.scale, points: config.points },
        breathe: context.breathe,
        onProgress: (step, maxSteps) => context.emit({ type: 'progress', step, maxSteps, secondsLeft: null }),
        looks: keepLooks(job.outputDir, config, context),
      });
      return { results };
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  },
};

const withMethods = (config: LabConfig): LabConfig => ({
  ...config,
  methods: config.methods.length > 0 ? config.methods : labMethods.all.map(({ id }) => id),
});

/** Writes each look into the record and tells how far the policy is from the optimum. */
function keepLooks(folder: string, { methods, steps }: LabConfig, { emit }: JobContext): LabLooks {
  const record = recordLab(folder);
  const started = performance.now();
  const every = lookEvery(steps);
  let listed: Pick<LabSetting, 'referenceLogs' | 'rewards' | 'beta'> = { referenceLogs: [], rewards: [], beta: 1 };
  return {
    every,
    onSetting(setting) {
      listed = setting;
      const { prompts, pairs = [] } = setting;
      const named = methods.map((id) => ({ id, title: labMethods.get(id).title }));
      record.begin({ prompts: [...prompts], pairs: [...pairs], methods: named, steps, every });
    },
    onLook({ method, step, logs }) {
      record.add(method, logs);
      // methods follow each other, each from the same start, which is told once
      const before = methods.indexOf(method) * steps;
      if (before > 0 && step === 0) return;
      const { referenceLogs, rewards, beta } = listed;
      const gaps = logs.map((row, i) => policyGap(normalised(row), referenceLogs[i], rewards[i], beta));
      const values = {
        [`lab/beta_kl/${method}`]: mean(gaps.map((gap) => gap.beta_kl_policy_star)),
        [`lab/ood_mass/${method}`]: mean(gaps.map((gap) => gap.ood_mass)),
      };
      const seconds = (performance.now() - started) / 1000;
      emit({ type: 'metrics', point: { step: before + step, seconds, evaluation: true, values } });
    },
  };
}
