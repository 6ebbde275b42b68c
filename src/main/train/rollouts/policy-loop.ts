/** What PPO and RLOO do alike around their updates: the report of a step, the next β, and the walk over the steps. */
import { sum } from '../../base/statistics.ts';
import { type LoopParts, runLoop, type StepReport } from '../loop.ts';
import type { TrainControl, TrainResult } from '../method.ts';
import { meanOfSums } from './advantages.ts';
import type { Experience } from './experience.ts';
import { type Collected, type InnerEpochs, rolloutMetrics, stepsOf, updateMetrics } from './inner-epochs.ts';
import { nextKlCoefficient } from './kl.ts';
import type { RolloutOptions } from './options.ts';
import { rowOf } from './policy-pass.ts';
import type { Replay } from './replay.ts';

export interface PolicyStep {
  /** 0-based. */
  readonly step: number;
  readonly learningRate: number;
  readonly inner: InnerEpochs;
  /** Metrics of the method's own. */
  readonly own: Readonly<Record<string, number>>;
}

/** Metrics of the answers and of the updates, and the tokens of prompts and answers. */
export function policyStepReport(collected: Collected, { step, learningRate, inner, own }: PolicyStep): StepReport {
  const { rollouts } = collected;
  const metrics = {
    ...rolloutMetrics(collected),
    ...updateMetrics(inner),
    ...own,
    lr: learningRate,
    episode: (step + 1) * rollouts.length,
  };
  return { metrics, tokens: sum(rollouts.map((rollout) => rowOf(rollout).ids.length)) };
}

/** β of the next step: adapted to the KL of this one, where that is asked for. */
export const klCoefficientAfter = ({ klCoefficient, kl, rollouts }: Collected, options: RolloutOptions): number =>
  options.adap_kl_ctrl ? nextKlCoefficient(klCoefficient, meanOfSums(kl), rollouts.length, options) : klCoefficient;

/** Trains over the steps of a world; what the method itself has is in `parts`. */
export async function runPolicyLoop(
  world: Experience,
  options: RolloutOptions,
  parts: Pick<LoopParts, 'loaded' | 'optimiser' | 'trainStep' | 'beside' | 'memory'> & { readonly replay: Replay },
  outputDir: string,
  control: TrainControl,
): Promise<TrainResult> {
  const { replay, ...method } = parts;
  const loop = {
    ...method,
    options,
    rows: world.rows,
    maxSteps: stepsOf(options, world.stepsPerEpoch),
    stepsPerEpoch: world.stepsPerEpoch,
    reference: world.reference.name,
    evaluate: world.evaluate,
    sample: world.sample,
  };
  return replay.complete(await runLoop(loop, outputDir, control));
}
