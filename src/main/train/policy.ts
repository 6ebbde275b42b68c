/** What a run trains, and what it is held against: all weights or an adapter on frozen ones, and the model as it starts (TRL's rules). */
import { isDeepStrictEqual } from 'node:util';
import { adapterSize, mergeAdapter, withFreshAdapter, withoutAdapter } from '../engine/adapters/lora.ts';
import type { LoraConfig } from '../engine/adapters/lora-config.ts';
import { ALL_LINEAR, defaultTargets } from '../engine/adapters/target-modules.ts';
import { cloneLanguageModel, type LanguageModel, parameterCount } from '../engine/models/language-model.ts';
import { withScoreHead } from '../engine/models/score-head.ts';
import { ConfigError } from './config.ts';
import { dropoutWarning } from './dropout.ts';
import { type LoadedModel, loadModel } from './load-model.ts';
import type { LoraOptions } from './lora-options.ts';
import type { TrainControl } from './method.ts';

export interface PolicyOptions extends LoraOptions {
  readonly model: string;
  readonly ref_model?: string;
  readonly tokenizer?: string;
  readonly seed: number;
}

type Head = LanguageModel['head'];

/** TRL's ModelConfig. */
const DEFAULTS = { rank: 16, alpha: 32 };

/** transformers' names of score heads; PEFT adds both, and the one that a model has is trained. */
const SCORE_MODULES = ['classifier', 'score'];

/** Whether an adapter is trained. Throws ConfigError where options contradict each other or ask for what is not computed. */
function wantsAdapter(options: LoraOptions, control: TrainControl): boolean {
  if (options.use_peft === false && options.adapter !== undefined)
    throw new ConfigError('adapter names where LoRA starts from, but use_peft is false; leave one of them out');
  const wanted = options.use_peft ?? options.adapter !== undefined;
  const idle = Object.keys(options).filter(
    (key) => /^(lora_|use_rslora$)/.test(key) && options[key as keyof LoraOptions] !== undefined,
  );
  if (!wanted && idle.length > 0)
    control.emit({ type: 'log', level: 'warning', text: `without use_peft these have no effect: ${idle.join(', ')}` });
  return wanted;
}

/** The model to train, with the head its method needs; says so where an adapter's dropout is not applied (`appliesDropout`: the method does). */
export function openPolicy(
  options: PolicyOptions,
  control: TrainControl,
  head: Head = 'language',
  appliesDropout = false,
): LoadedModel {
  const wanted = wantsAdapter(options, control);
  const loaded = loadModel(control.resolvePath(options.model), {
    tokenizer: options.tokenizer && control.resolvePath(options.tokenizer),
    adapter: options.adapter && control.resolvePath(options.adapter),
    head: head === 'score' ? 'any' : 'language',
    shapesOnly: control.shapesOnly,
  });
  const warning = dropoutWarning(loaded.model.config.raw);
  if (warning) control.emit({ type: 'log', level: 'warning', text: warning });
  const policy = wanted ? adapted(loaded, options, head) : whole(loaded, options, head, control);
  const { adapter } = policy.model;
  if (adapter) {
    const text = `LoRA: ${adapterSize(adapter)} of ${parameterCount(policy.model)} weights are trained, on ${adapter.pairs.size} modules`;
    control.emit({ type: 'log', level: 'info', text });
    if (adapter.config.dropout > 0 && !appliesDropout)
      control.emit({
        type: 'log',
        level: 'warning',
        text: `lora_dropout ${adapter.config.dropout} is kept in the adapter's config and not applied: this method trains without dropout (TRL's disable_dropout)`,
      });
  }
  return policy;
}

/** All weights are trained: an adapter that `model` is made of goes into them first. */
function whole(loaded: LoadedModel, options: PolicyOptions, head: Head, control: TrainControl): LoadedModel {
  const merged = mergeAdapter(loaded.model);
  if (loaded.model.adapter)
    control.emit({
      type: 'log',
      level: 'info',
      text: `${options.model} is an adapter: it is merged into its base model, and all weights are trained; set use_peft to train the adapter`,
    });
  const model = head === 'score' ? withScoreHead(merged, options.seed) : merged;
  return { ...loaded, model, adapterPath: null };
}

function adapted(loaded: LoadedModel, options: PolicyOptions, head: Head): LoadedModel {
  if (!loaded.model.adapter) {
    const base = head === 'score' ? withScoreHead(loaded.model, options.seed) : loaded.model;
    return { ...loaded, model: withFreshAdapter(base, freshConfig(base, options), options.seed) };
  }
  if (loaded.model.head !== head)
    throw new ConfigError(
      `${options.adapter ?? options.model} is an adapter of a language model; merge it into its base to train a score head on it`,
    );
  checkAgainst(loaded.model.adapter.config, options);
  return loaded;
}

function freshConfig(base: LanguageModel, options: LoraOptions): LoraConfig {
  const [only, ...more] = [options.lora_target_modules ?? defaultTargets(base)].flat();
  const scoring = base.head === 'score';
  return {
    rank: options.lora_r ?? DEFAULTS.rank,
    alpha: options.lora_alpha ?? DEFAULTS.alpha,
    dropout: options.lora_dropout ?? 0,
    rankStabilised: options.use_rslora ?? false,
    targets:
      only.toLowerCase() === ALL_LINEAR && more.length === 0
        ? ALL_LINEAR
        : (options.lora_target_modules ?? [only, ...more]),
    excluded: [],
    layers: null,
    layersPattern: [],
    rankPattern: {},
    alphaPattern: {},
    modulesToSave: [...(options.lora_modules_to_save ?? []), ...(scoring ? SCORE_MODULES : [])],
    task: scoring ? 'SEQ_CLS' : 'CAUSAL_LM',
  };
}

/** Settings that are named beside an adapter to start from must be the adapter's own. */
function checkAgainst(found: LoraConfig, options: LoraOptions): void {
  const targets = typeof options.lora_target_modules === 'object' ? [...options.lora_target_modules].sort() : undefined;
  const own = typeof found.targets === 'object' ? [...found.targets].sort() : undefined;
  const pairs: [key: keyof LoraOptions, asked: unknown, has: unknown][] = [
    ['lora_r', options.lora_r, found.rank],
    ['lora_alpha', options.lora_alpha, found.alpha],
    ['lora_dropout', options.lora_dropout, found.dropout],
    ['use_rslora', options.use_rslora, found.rankStabilised],
    ['lora_target_modules', own && targets, own],
  ];
  for (const [key, asked, has] of pairs)
    if (asked !== undefined && !isDeepStrictEqual(asked, has))
      throw new ConfigError(
        `${key} is ${JSON.stringify(asked)}, the adapter that training starts from has ${JSON.stringify(has)}; leave it out`,
        { key },
      );
}

/** A critic for a policy: like the policy it is trained whole, or as an adapter with its score head. */
export function openCritic(
  policy: LoadedModel,
  start: string | undefined,
  options: PolicyOptions,
  control: TrainControl,
): LoadedModel {
  const { adapter } = policy.model;
  if (start !== undefined) {
    const tokenizer = options.tokenizer && control.resolvePath(options.tokenizer);
    const loaded = loadModel(control.resolvePath(start), { head: 'score', tokenizer });
    if (!adapter) return { ...loaded, model: mergeAdapter(loaded.model), adapterPath: null };
    if (loaded.model.adapter) return loaded;
    return { ...loaded, model: withFreshAdapter(loaded.model, freshConfig(loaded.model, options), options.seed) };
  }
  if (!adapter) return { ...policy, model: withScoreHead(cloneLanguageModel(policy.model), options.seed) };
  return { ...policy, model: criticOn(policy.model, adapter.config, options.seed) };
}

/** A fresh head on the policy as it starts: its adapter copied, the frozen weights shared. */
function criticOn(policy: LanguageModel, config: LoraConfig, seed: number): LanguageModel {
  const scoring = withScoreHead(withoutAdapter(policy), seed);
  const modulesToSave = [...config.modulesToSave, ...SCORE_MODULES];
  const critic = withFreshAdapter(scoring, { ...config, task: 'SEQ_CLS', modulesToSave }, seed);
  for (const [name, data] of critic.adapter?.weights ?? []) {
    const start = policy.adapter?.weights.get(name);
    if (start) data.set(start);
  }
  return critic;
}

export interface Reference {
  readonly loaded: LoadedModel;
  /** Which model it is, for the run's record and the run page. */
  readonly name: string;
}

/**
 * The reference: `ref_model`, else the model as it starts. With a fresh adapter that is the model with the adapter off; an adapter that training
 * starts from is part of it, as a frozen copy. Frozen weights are the policy's own arrays; weights in training are shared, too: copy what shall stay.
 */
export function openReference(policy: LoadedModel, options: PolicyOptions, control: TrainControl): Reference {
  const { model, ref_model } = options;
  const base = { ...policy, model: withoutAdapter(policy.model), adapterPath: null };
  if (ref_model !== undefined) {
    const path = control.resolvePath(ref_model);
    if (policy.model.adapter && path === policy.folder.path) return { loaded: base, name: ref_model };
    const loaded = loadModel(path, { tokenizer: options.tokenizer && control.resolvePath(options.tokenizer) });
    return { loaded, name: ref_model };
  }
  if (!policy.model.adapter) return { loaded: policy, name: model };
  if (policy.adapterPath === null) return { loaded: base, name: `${model} (the new adapter switched off)` };
  const started = options.adapter === undefined ? model : `${model} with ${options.adapter}`;
  return { loaded: { ...policy, model: cloneLanguageModel(policy.model) }, name: `${started} as it starts` };
}

/** The reference for as long as the run lasts: weights in training would move it, then it is a copy. */
export const keptReference = (policy: LoadedModel, found: Reference): Reference =>
  found.loaded === policy ? { ...found, loaded: { ...policy, model: cloneLanguageModel(policy.model) } } : found;
