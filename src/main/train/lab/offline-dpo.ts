/** Offline DPO in the lab: pairs drawn from the reference's exact distribution, labelled by the simulated rater at T = 1. */
import { createRandom, type Random } from '../../base/random.ts';
import { RESPONSES, responseText } from '../../tasks/enumerable.ts';
import { prefersFirst } from '../../tasks/rater.ts';
import { asCompletion } from '../task-model.ts';
import type { LabMethod, LabPair, LabSetting, ListedPrompts } from './lab-method.ts';
import { trainByMethod } from './run-method.ts';

/** Pairs in a step; every pair is seen once. */
export const PAIRS_PER_STEP = 64;
/** DPO's optimum is π* only at this temperature: else its reward is r/T. */
export const RATER_TEMPERATURE = 1;

export const offlineDpo: LabMethod = {
  id: 'dpo',
  title: 'Offline DPO',
  train(setting) {
    const pairs = setting.pairs ?? freshPairs(setting, setting.steps * PAIRS_PER_STEP);
    return trainByMethod(setting, 'dpo', pairRows(setting, pairs), {
      beta: setting.beta,
      per_device_train_batch_size: Math.min(PAIRS_PER_STEP, pairs.length),
      num_train_epochs: 1,
    });
  },
};

function pairRows({ prompts }: LabSetting, pairs: readonly LabPair[]) {
  const text = (response: number) => asCompletion(responseText(RESPONSES[response]));
  return pairs.map(({ prompt, chosen, rejected }) => ({
    prompt: prompts[prompt],
    chosen: text(chosen),
    rejected: text(rejected),
  }));
}

/** Draws two responses of the reference to a prompt; undefined when they are the same. */
function pairDrawer({ rewards, referenceLogs }: ListedPrompts, random: Random) {
  const tables = referenceLogs.map(cumulative);
  return (prompt: number): LabPair | undefined => {
    const a = draw(tables[prompt], random);
    const b = draw(tables[prompt], random);
    if (a === b) return undefined;
    const first = prefersFirst(rewards[prompt][a], rewards[prompt][b], RATER_TEMPERATURE, random);
    return { prompt, chosen: first ? a : b, rejected: first ? b : a };
  };
}

/** `n` pairs of different responses to prompts drawn at random. */
function freshPairs(setting: LabSetting, n: number): LabPair[] {
  const random = createRandom(`${setting.seed}:pairs`);
  const drawPair = pairDrawer(setting, random);
  const pairs: LabPair[] = [];
  while (pairs.length < n) {
    const pair = drawPair(random.integer(setting.prompts.length));
    if (pair) pairs.push(pair);
  }
  return pairs;
}

/** `count` pairs for each prompt, no two of them about the same two responses. */
export function fixedPairs(listed: ListedPrompts, count: number, seed: number): LabPair[] {
  const random = createRandom(`${seed}:fixed pairs`);
  const drawPair = pairDrawer(listed, random);
  return listed.prompts.flatMap((_, prompt) => {
    const found = new Map<string, LabPair>();
    while (found.size < count) {
      const pair = drawPair(prompt);
      if (!pair) continue;
      const name = [pair.chosen, pair.rejected].sort((a, b) => a - b).join();
      if (!found.has(name)) found.set(name, pair);
    }
    return [...found.values()];
  });
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
