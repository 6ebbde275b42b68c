/** The exact lab on the built-in task `enumerable`: trains each method from the same reference and says how far it ends from the exact optimum. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { mean } from '../../base/statistics.ts';
import { promptIds } from '../../data/batches.ts';
import type { LanguageModel } from '../../engine/models/language-model.ts';
import { exactOptimum, normalised, type PolicyGap, policyGap } from '../../evaluate/exact-optimum.ts';
import { legalTokens, listResponseDistribution } from '../../evaluate/response-tree.ts';
import { enumerable } from '../../tasks/enumerable.ts';
import type { Split } from '../../tasks/task.ts';
import { loadModel } from '../load-model.ts';
import { labMethods } from './index.ts';
import type { LabSetting, ListedPrompts } from './lab-method.ts';
import { fixedPairs } from './offline-dpo.ts';
import { type LabReward, labRewards, writeRewardFunction } from './reward.ts';

export interface LabOptions {
  /** Folder of the reference. */
  readonly reference: string;
  readonly betas: readonly number[];
  /** Ids of `labMethods`. */
  readonly methods: readonly string[];
  /** Prompts that are trained on, and measured on unless some are held out. */
  readonly prompts: number;
  /** Other prompts, of the split that no training sees, that are measured on instead. */
  readonly heldOut?: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly threads: number;
  /** For what methods write while they train. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** What is liked instead of what the task's gold reward likes. */
  readonly reward?: LabReward;
  /** Pairs of each prompt that offline DPO learns from, again and again; without it, it draws fresh ones. */
  readonly pairs?: number;
  readonly looks?: LabLooks;
  onProgress?(done: number, total: number, what: string): void;
  /** Called once a step: lets messages in. */
  breathe?(): Promise<void>;
}

/** Follows the policies on their way. */
export interface LabLooks {
  /** Steps between two looks; the start and the end are looked at besides. */
  readonly every: number;
  /** Before the first method trains. */
  onSetting(setting: LabSetting): void;
  /** ln π of all responses to the prompts that are trained on, as the model gives them (float32). */
  onLook(look: { method: string; step: number; logs: readonly Float64Array[] }): void;
}

export interface LabPolicy extends PolicyGap {
  readonly method: string;
  readonly title: string;
  /** CPU seconds of training, all threads. */
  readonly cpu_seconds: number;
}

/** Means over the prompts that are measured on. */
export interface LabResult {
  readonly beta: number;
  /** Trained on. */
  readonly prompts: number;
  /** Measured on instead of them. */
  readonly held_out?: number;
  readonly steps: number;
  readonly logZ: number;
  readonly J_star: number;
  readonly J_ref: number;
  readonly mean_reward_star: number;
  readonly mean_reward_ref: number;
  readonly kl_star_ref: number;
  readonly kl_ref_star: number;
  /** Where every method starts. */
  readonly start: PolicyGap;
  /** The exact-gradient policy, when it was asked for. */
  readonly policy?: PolicyGap;
  readonly policies: readonly LabPolicy[];
}

export async function runLab(options: LabOptions): Promise<LabResult[]> {
  const results: LabResult[] = [];
  const total = options.betas.length * options.methods.length * options.steps;
  let before = 0;
  for (const beta of options.betas) {
    const setting = await openSetting(options, beta);
    options.looks?.onSetting(setting);
    const measured = options.heldOut ? await listPrompts(setting, options, 'held-out', options.heldOut) : setting;
    const policies: LabPolicy[] = [];
    for (const id of options.methods) {
      const method = labMethods.get(id);
      const onLook = async (step: number, model: LanguageModel) =>
        options.looks?.onLook({ method: id, step, logs: await listDistribution(setting, model) });
      await onLook(0, setting.reference.model);
      const started = process.cpuUsage();
      const model = await method.train({
        ...setting,
        folder: join(options.folder, `${id}-${beta}`),
        onStep: (step) => options.onProgress?.(before + step, total, method.title),
        onLook,
      });
      const { user, system } = process.cpuUsage(started);
      await onLook(options.steps, model);
      before += options.steps;
      const gap = await measure(setting, measured, model);
      policies.push({ method: id, title: method.title, cpu_seconds: (user + system) / 1e6, ...gap });
    }
    const heldOut = options.heldOut ? { held_out: options.heldOut } : {};
    results.push({ ...(await describeSpace(setting, measured)), ...heldOut, policies, ...exactOf(policies) });
  }
  return results;
}

const exactOf = (policies: readonly LabPolicy[]): { policy?: PolicyGap } => {
  const exact = policies.find(({ method }) => method === 'exact');
  if (!exact) return {};
  const { method: _method, title: _title, cpu_seconds: _seconds, ...policy } = exact;
  return { policy };
};

async function openSetting(options: LabOptions, beta: number): Promise<LabSetting> {
  const reference = loadModel(options.reference);
  const legal = legalTokens(reference.tokenizer);
  const { threads, signal, steps, learningRate, seed, folder, reward, pairs, looks } = options;
  const listed = await listPrompts({ reference, legal }, options, 'train', options.prompts);
  return {
    ...listed,
    rewardFunction: reward && writeRewardFunction(folder, listed, reward),
    pairs: pairs === undefined ? undefined : fixedPairs(listed, pairs, seed),
    every: looks?.every,
    reference,
    referencePath: options.reference,
    legal,
    beta,
    steps,
    learningRate,
    seed,
    threads,
    folder,
    signal,
    onStep: () => undefined,
    onLook: async () => undefined,
    breathe: options.breathe ?? setImmediate,
  };
}

async function listPrompts(
  { reference, legal }: Pick<LabSetting, 'reference' | 'legal'>,
  { seed, threads, reward }: LabOptions,
  split: Split,
  count: number,
): Promise<ListedPrompts> {
  const prompts = enumerable.prompts(split, count, seed);
  const ids = prompts.map((prompt) => promptIds(reference.tokenizer, prompt));
  const logs = await listResponseDistribution(reference.model, ids, legal, { threads });
  return {
    prompts,
    promptIds: ids,
    rewards: prompts.map((prompt) => labRewards(prompt, reward)),
    referenceLogs: logs.map(normalised),
  };
}

/** Means over a list of records of numbers, key by key. */
function meanRecord<T extends object>(records: readonly T[]): T {
  const keys = Object.keys(records[0]) as (keyof T)[];
  return Object.fromEntries(keys.map((key) => [key, mean(records.map((record) => Number(record[key])))])) as T;
}

const listDistribution = ({ promptIds: ids, legal, threads }: LabSetting, model: LanguageModel) =>
  listResponseDistribution(model, ids, legal, { threads });

async function measure(
  { legal, beta, threads }: LabSetting,
  { promptIds: ids, referenceLogs, rewards }: ListedPrompts,
  model: LanguageModel,
): Promise<PolicyGap> {
  const logs = await listResponseDistribution(model, ids, legal, { threads });
  return meanRecord(logs.map((row, i) => policyGap(normalised(row), referenceLogs[i], rewards[i], beta)));
}

async function describeSpace(setting: LabSetting, measured: ListedPrompts) {
  const { beta, prompts, steps } = setting;
  const { referenceLogs, rewards } = measured;
  const optima = referenceLogs.map((row, i) => {
    const { pi_star: _listed, best: _best, Z: _large, ...numbers } = exactOptimum(row, rewards[i], beta);
    return numbers;
  });
  return {
    beta,
    prompts: prompts.length,
    steps,
    ...meanRecord(optima),
    start: await measure(setting, measured, setting.reference.model),
  };
}
