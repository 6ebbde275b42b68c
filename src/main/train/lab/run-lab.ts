/** The exact lab on the built-in task `enumerable`: trains each method from the same reference and says how far it ends from the exact optimum. */
import { join } from 'node:path';
import { mean } from '../../base/statistics.ts';
import { promptIds } from '../../data/batches.ts';
import type { LanguageModel } from '../../engine/models/language-model.ts';
import { exactOptimum, normalised, type PolicyGap, policyGap } from '../../evaluate/exact-optimum.ts';
import { legalTokens, listResponseDistribution } from '../../evaluate/response-tree.ts';
import { enumerable, responseRewards } from '../../tasks/enumerable.ts';
import type { Split } from '../../tasks/task.ts';
import { loadModel } from '../load-model.ts';
import { labMethods } from './index.ts';
import type { LabSetting, ListedPrompts } from './lab-method.ts';

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
  onProgress?(done: number, total: number, what: string): void;
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
    const measured = options.heldOut ? await listPrompts(setting, options, 'held-out', options.heldOut) : setting;
    const policies: LabPolicy[] = [];
    for (const id of options.methods) {
      const method = labMethods.get(id);
      const started = process.cpuUsage();
      const model = await method.train({
        ...setting,
        folder: join(options.folder, `${id}-${beta}`),
        onStep: (step) => options.onProgress?.(before + step, total, method.title),
      });
      const { user, system } = process.cpuUsage(started);
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
  const { threads, signal, steps, learningRate, seed, folder } = options;
  return {
    ...(await listPrompts({ reference, legal }, options, 'train', options.prompts)),
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
  };
}

async function listPrompts(
  { reference, legal }: Pick<LabSetting, 'reference' | 'legal'>,
  { seed, threads }: LabOptions,
  split: Split,
  count: number,
): Promise<ListedPrompts> {
  const prompts = enumerable.prompts(split, count, seed);
  const ids = prompts.map((prompt) => promptIds(reference.tokenizer, prompt));
  const logs = await listResponseDistribution(reference.model, ids, legal, { threads });
  return { prompts, promptIds: ids, rewards: prompts.map(responseRewards), referenceLogs: logs.map(normalised) };
}

/** Means over a list of records of numbers, key by key. */
function meanRecord<T extends object>(records: readonly T[]): T {
  const keys = Object.keys(records[0]) as (keyof T)[];
  return Object.fromEntries(keys.map((key) => [key, mean(records.map((record) => Number(record[key])))])) as T;
}

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
