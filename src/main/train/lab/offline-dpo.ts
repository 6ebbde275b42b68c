/** Offline DPO in the lab: pairs drawn from the reference's exact distribution, labelled by the simulated rater at T = 1. */
import { createRandom, type Random } from '../../base/random.ts';
import { RESPONSES, responseText } from '../../tasks/enumerable.ts';
import { prefersFirst } from '../../tasks/rater.ts';
import { asCompletion } from '../task-model.ts';
import type { LabMethod, LabSetting } from './lab-method.ts';
import { trainByMethod } from './run-method.ts';

/** Pairs in a step; every pair is seen once. */
export const PAIRS_PER_STEP = 64;
/** DPO's optimum is π* only at this temperature: else its reward is r/T. */
export const RATER_TEMPERATURE = 1;

export const offlineDpo: LabMethod = {
  id: 'dpo',
  title: 'Offline DPO',
  train: (setting) =>
    trainByMethod(setting, 'dpo', referencePairs(setting, setting.steps * PAIRS_PER_STEP), {
      beta: setting.beta,
      per_device_train_batch_size: PAIRS_PER_STEP,
      num_train_epochs: 1,
    }),
};

/** `n` pairs of different responses to prompts drawn at random. */
function referencePairs({ prompts, rewards, referenceLogs, seed }: LabSetting, n: number) {
  const random = createRandom(`${seed}:pairs`);
  const tables = referenceLogs.map(cumulative);
  const rows: { prompt: string; chosen: string; rejected: string }[] = [];
  while (rows.length < n) {
    const prompt = random.integer(prompts.length);
    const a = draw(tables[prompt], random);
    const b = draw(tables[prompt], random);
    if (a === b) continue;
    const first = prefersFirst(rewards[prompt][a], rewards[prompt][b], RATER_TEMPERATURE, random);
    const text = (response: number) => asCompletion(responseText(RESPONSES[response]));
    rows.push({ prompt: prompts[prompt], chosen: text(first ? a : b), rejected: text(first ? b : a) });
  }
  return rows;
}

function cumulative(logs: Float64Array): Float64Array {
  let total = 0;
  const sums = logs.map((log) => {
    total += Math.exp(log);
    return total;
  });
  return sums.map((sum) => sum / total);
}

/** A response by one uniform number, found by bisection. */
function draw(sums: Float64Array, random: Random): number {
  const at = random.uniform();
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
