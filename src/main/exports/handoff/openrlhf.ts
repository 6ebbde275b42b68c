/** OpenRLHF 0.11: a shell script that starts the method's program with this recipe's options. */
import { ExportError } from '../export-format.ts';
import type { Handoff, HandoffTarget, Recipe } from './handoff-target.ts';
import {
  type Carried,
  carryOver,
  elsewhere,
  lookedAtHere,
  onlyAt,
  type Rule,
  type Rules,
  renamed,
  said,
} from './rules.ts';

/** A value as a shell takes it. */
const word = (value: unknown): string => {
  const text = String(value);
  return /^[\w./:=,@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
};

/** `true` is a switch; a list is several words. */
function setting([name, value]: readonly [string, unknown]): string {
  if (value === true) return `--${name}`;
  return `--${name} ${[value].flat().map(word).join(' ')}`;
}

/** A switch that is off where it is not named. */
const flag = (name: string): Rule => ({ carry: (value) => (value === false ? null : [name, true]) });
const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
const batchOf = ({ options }: Recipe): number =>
  number(options.per_device_train_batch_size) * number(options.gradient_accumulation_steps);

/** Prompts that one step answers. */
const promptsOf = (recipe: Recipe): number =>
  Math.max(1, Math.floor(batchOf(recipe) / Math.max(1, number(recipe.options.num_generations) || 1)));

/** Passes over the data: as many as are asked for, or as the steps need. `perStep`: rows of one step. */
function passes(epochs: unknown, { options, train }: Recipe, perStep: number): number {
  const steps = number(options.max_steps);
  return Math.max(1, Math.ceil(steps > 0 ? (steps * perStep) / Math.max(1, train.rows) : number(epochs)));
}

/** There are no steps there: the rows that so many steps take. */
const stepsAsRows = (perStep: (recipe: Recipe) => number): Rule => ({
  carry(value, recipe) {
    if (!(number(value) > 0)) return null;
    return ['data.max_samples', Math.min(recipe.train.rows, number(value) * perStep(recipe))];
  },
  note: 'there are no steps there: the rows that so many take',
});

/** A share of all steps, which is how warm-up is said there. */
function warmUp(value: unknown, { options }: Recipe): Carried | undefined {
  const steps = number(value);
  if (steps < 1) return ['lr_warmup_ratio', steps];
  const all = number(options.max_steps);
  return all > 0 ? ['lr_warmup_ratio', steps / all] : undefined;
}

/** Options of every method; `at` is where optimiser settings stand: "", "actor.". */
const common = (at: string): Rules => ({
  learning_rate: renamed(`${at}adam.lr`),
  adam_epsilon: renamed(`${at}adam.eps`),
  weight_decay: renamed(`${at}adam.weight_decay`),
  adam_beta1: { carry: (value, { options }) => [`${at}adam.betas`, [value, options.adam_beta2]] },
  adam_beta2: elsewhere(`${at}adam.betas`),
  lr_scheduler_type: renamed(`${at}lr_scheduler`),
  lr_scheduler_kwargs: {
    carry: (value) => (Object.keys(value as object).length === 0 ? null : undefined),
    note: 'only min_lr_ratio can be set there',
  },
  warmup_steps: {
    carry: (value, recipe) => {
      const found = warmUp(value, recipe);
      return found ? [`${at}${found[0]}`, found[1]] : found;
    },
    note: 'a share of all steps there',
  },
  max_grad_norm: { carry: (value) => [`${at}max_norm`, value ?? 0] },
  seed: renamed('train.seed'),
  num_train_epochs: {
    carry: (value, recipe) => ['train.max_epochs', passes(value, recipe, batchOf(recipe))],
    note: 'whole passes over the data',
  },
  max_steps: stepsAsRows(batchOf),
  per_device_train_batch_size: renamed('train.micro_batch_size'),
  gradient_accumulation_steps: {
    carry: (_value, recipe) => ['train.batch_size', batchOf(recipe)],
    note: 'over all devices together',
  },
  gradient_checkpointing: {
    carry: (value) => (value === false ? null : [`${at || 'model.'}gradient_checkpointing_enable`, true]),
  },
  max_length: { carry: (value) => (value === null ? undefined : ['data.max_len', value]) },
  shuffle: onlyAt([true], 'rows are always shuffled there'),
  frozen_weights: onlyAt([undefined], 'weights cannot be frozen by name there'),
  eval_strategy: elsewhere('--eval.steps'),
  eval_steps: {
    carry: (value, { evaluation }) =>
      evaluation === null ? undefined : number(value) >= 1 ? ['eval.steps', value] : null,
    note: 'the config names no evaluation data',
  },
  save_strategy: elsewhere('--ckpt.save_steps'),
  save_steps: { carry: (value) => (number(value) >= 1 ? ['ckpt.save_steps', value] : null) },
  save_total_limit: { carry: (value) => (value === null ? undefined : ['ckpt.max_num', value]) },
  per_device_eval_batch_size: elsewhere('--train.micro_batch_size'),
  use_peft: { carry: (value, { options }) => (value === true ? ['ds.lora.rank', options.lora_r] : null) },
  lora_r: elsewhere('--ds.lora.rank'),
  lora_alpha: { carry: (value, { options }) => (options.use_peft === true ? ['ds.lora.alpha', value] : null) },
  lora_dropout: { carry: (value, { options }) => (options.use_peft === true ? ['ds.lora.dropout', value] : null) },
  lora_target_modules: {
    carry: (value, { options }) => (options.use_peft === true ? ['ds.lora.target_modules', value] : null),
  },
  lora_modules_to_save: onlyAt([undefined, null], 'no module is trained beside the adapter there'),
  use_rslora: onlyAt([false], 'adapters are scaled by α / r there'),
  ...said('method', 'the program that the script starts'),
  ...said('model ref_model tokenizer dataset eval_dataset output_dir', 'named in the script'),
  ...said('adapter', 'merged into the model’s folder'),
  ...lookedAtHere('sample_prompts sample_max_new_tokens sample_temperature eval_prompts probes diagnostic_rows'),
  task: elsewhere('the prompts of data/train.jsonl; its gold reward is here only'),
});

const refuseLoss = (value: unknown, program: string, known: string): never => {
  throw new ExportError(
    `loss_type ${[value].flat().join(', ')}: OpenRLHF's ${program} does not have it; it has ${known}`,
  );
};

/** Sigmoid, its conservative form by label smoothing, and IPO. */
function dpoLoss(value: unknown): Carried {
  if (value === 'sigmoid' || value === 'cdpo') return null;
  return value === 'ipo' ? ['model.ipo_enable', true] : refuseLoss(value, 'train_dpo', 'sigmoid, cdpo, ipo');
}

const ESTIMATORS: Readonly<Record<string, string>> = {
  rloo: 'rloo',
  group: 'group_norm',
  reinforce: 'reinforce_baseline',
};

const SAMPLING: Rules = {
  ...common('actor.'),
  temperature: renamed('rollout.temperature'),
  response_length: renamed('rollout.max_new_tokens'),
  kl_coef: renamed('algo.kl.init_coef'),
  kl_estimator: renamed('algo.kl.estimator'),
  adap_kl_ctrl: { carry: (value, { options }) => (value === true ? ['algo.kl.target', options.target] : null) },
  target: elsewhere('only with the adaptive β'),
  horizon: renamed('algo.kl.horizon'),
  use_score_scaling: {
    carry: (value) => (value === true ? ['reward.normalize_enable', true] : null),
    note: 'by running moments, in its own way',
  },
  use_score_norm: elsewhere('--reward.normalize_enable'),
  score_clip: { carry: (value) => (typeof value === 'number' ? ['reward.clip_range', [-value, value]] : null) },
  num_ppo_epochs: renamed('train.max_epochs', 'passes over the answers of one step'),
  num_train_epochs: { carry: (value, recipe) => ['train.num_episodes', passes(value, recipe, promptsOf(recipe))] },
  max_steps: stepsAsRows(promptsOf),
  num_mini_batches: {
    carry: (value, recipe) => ['train.batch_size', Math.max(1, Math.floor(batchOf(recipe) / number(value)))],
  },
  gradient_accumulation_steps: {
    carry: (_value, recipe) => ['rollout.batch_size', promptsOf(recipe)],
    note: 'prompts a step',
  },
  cliprange: renamed('actor.eps_clip'),
  cliprange_high: {
    carry: (value, { options }) =>
      typeof value === 'number' ? ['actor.eps_clip_low_high', [options.cliprange, value]] : null,
  },
  loss_aggregation: {
    carry: (value) =>
      value === 'token' ? null : value === 'sequence' ? ['actor.loss_agg_mode', 'seq-mean-token-mean'] : undefined,
    note: 'means over tokens, or over answers of such means',
  },
  target_kl: onlyAt([null], 'updates are not stopped early there'),
  ratio_threshold: { carry: () => undefined, note: 'there is no such guard' },
  missing_eos_penalty: onlyAt([null], 'see --reward.stop_properly_penalty_coef, which multiplies'),
  reward_model: elsewhere('--reward.model_name_or_path'),
  reward_function: elsewhere('--reward.remote_url, to be filled in'),
  rollouts: onlyAt([undefined, null], 'it samples itself'),
  generation_weight_bits: onlyAt([32], 'vLLM samples from the trained weights'),
  prompt_count: elsewhere('the rows of data/train.jsonl'),
  total_episodes: onlyAt([undefined, null], 'set --data.max_samples instead'),
};

interface Program {
  readonly module: string;
  readonly rules: Rules;
  /** Of the model, data and output. */
  fixed(recipe: Recipe): readonly (readonly [string, unknown])[];
}

const chat = ({ train }: Recipe): [string, unknown][] =>
  train.conversational ? [['data.apply_chat_template', true]] : [];
const pairs = (recipe: Recipe): [string, unknown][] => [
  ['model.model_name_or_path', recipe.model],
  ['data.dataset', recipe.train.file],
  ['data.prompt_key', 'prompt'],
  ...(recipe.evaluation
    ? ([
        ['eval.dataset', recipe.evaluation.file],
        ['eval.split', 'train'],
      ] as [string, unknown][])
    : []),
  ...chat(recipe),
];

/** For PPO and its kin. */
const sampled = (recipe: Recipe): [string, unknown][] => [
  ['actor.model_name_or_path', recipe.model],
  ...(recipe.rewardModel === null
    ? ([['reward.remote_url', 'http://127.0.0.1:5000/get_reward']] as [string, unknown][])
    : ([['reward.model_name_or_path', recipe.rewardModel]] as [string, unknown][])),
  ['data.prompt_dataset', recipe.train.file],
  ['data.input_key', 'prompt'],
  ...chat(recipe),
];

const PROGRAMS: Readonly<Record<string, Program>> = {
  sft: {
    module: 'openrlhf.cli.train_sft',
    rules: {
      ...common(''),
      completion_only_loss: onlyAt(
        [undefined, true],
        'answers alone are learnt; --model.pretrain_mode_enable learns whole texts',
      ),
      truncation_mode: onlyAt(['keep_start'], 'the end is cut there'),
      dataset_text_field: elsewhere('--data.input_key'),
      loss_type: { carry: (value) => (value === 'nll' ? null : refuseLoss(value, 'train_sft', 'nll')) },
    },
    fixed: (recipe) => [
      ['model.model_name_or_path', recipe.model],
      ['data.dataset', recipe.train.file],
      ['data.input_key', 'prompt'],
      ['data.output_key', 'completion'],
      ['data.input_template', '{}'],
      ...(recipe.evaluation ? ([['eval.dataset', recipe.evaluation.file]] as [string, unknown][]) : []),
      ...chat(recipe),
    ],
  },
  reward: {
    module: 'openrlhf.cli.train_rm',
    rules: {
      ...common(''),
      loss_type: {
        carry: (value) => (value === 'bradley_terry' ? null : refuseLoss(value, 'train_rm', 'bradley_terry')),
      },
      center_rewards_coefficient: onlyAt([undefined, null], 'rewards are not centred there'),
      tie_rate: onlyAt([1 / 3], 'ties are not learnt there'),
      normalize_rewards: onlyAt([false], 'rewards are used as they come'),
      normalize_samples: elsewhere('only with normalize_rewards'),
    },
    fixed: pairs,
  },
  dpo: {
    module: 'openrlhf.cli.train_dpo',
    rules: {
      ...common(''),
      beta: renamed('model.beta'),
      label_smoothing: {
        carry: (value, { options }) =>
          value === 0 ? null : options.loss_type === 'cdpo' ? ['model.label_smoothing', value] : undefined,
        note: 'it makes conservative DPO there',
      },
      loss_type: { carry: dpoLoss },
      rpo_alpha: { carry: (value) => (typeof value === 'number' ? ['model.nll_loss_coef', value] : null) },
      loss_weights: onlyAt([undefined, null], 'losses are not combined there'),
      f_divergence_type: onlyAt(['reverse_kl'], 'reverse KL alone'),
      f_alpha_divergence_coef: elsewhere('only with the α-divergence'),
      reference_free: onlyAt([false], 'it needs its reference'),
      ld_alpha: onlyAt([undefined, null], 'not there'),
      use_weighting: onlyAt([false], 'not there'),
      ipo_average: onlyAt(['sum'], 'log-probabilities are summed there'),
      sync_ref_model: onlyAt([false], 'the reference stays'),
      precompute_ref_log_probs: elsewhere('not needed: the same numbers'),
      truncation_mode: onlyAt(['keep_start'], 'the end is cut there'),
      ...said(
        'bco_delta discopop_tau simpo_gamma rdpo_alpha dpop_lambda ref_model_mixup_alpha ref_model_sync_steps',
        'only with what is not used here',
      ),
    },
    fixed: (recipe) => [...pairs(recipe), ['ref.model_name_or_path', recipe.reference ?? recipe.model]],
  },
  ppo: {
    module: 'openrlhf.cli.train_ppo_ray',
    rules: {
      ...SAMPLING,
      gamma: renamed('algo.advantage.gamma'),
      lam: renamed('algo.advantage.lambd'),
      cliprange_value: renamed('critic.value_clip'),
      vf_coef: { carry: () => undefined, note: 'the critic has an optimiser of its own there: --critic.adam.lr' },
      value_model: onlyAt([undefined, null], 'name it with --critic.model_name_or_path'),
      whiten_rewards: onlyAt([false], 'rewards are not whitened there'),
    },
    fixed: (recipe) => [
      ...sampled(recipe),
      ['algo.advantage.estimator', 'gae'],
      ['critic.adam.lr', recipe.options.learning_rate],
    ],
  },
  rloo: {
    module: 'openrlhf.cli.train_ppo_ray',
    rules: {
      ...SAMPLING,
      num_generations: renamed('rollout.n_samples_per_prompt'),
      advantage_estimator: {
        carry: (value) =>
          Object.hasOwn(ESTIMATORS, String(value))
            ? ['algo.advantage.estimator', ESTIMATORS[String(value)]]
            : undefined,
      },
      scale_rewards: onlyAt(['group'], 'see --algo.advantage.no_std_norm'),
      normalize_advantages: onlyAt([false], 'advantages are normalised in its own way'),
      baseline_decay: elsewhere('only with the running mean'),
      kl_in_loss: flag('algo.kl.use_loss'),
    },
    fixed: sampled,
  },
};

function programOf({ method }: Recipe): Program {
  if (Object.hasOwn(PROGRAMS, method)) return PROGRAMS[method];
  throw new ExportError(`OpenRLHF 0.11 has no program for ${method}; TRL has a trainer (--to trl)`);
}

export const openrlhf: HandoffTarget = {
  id: 'openrlhf',
  title: 'OpenRLHF',
  release: '0.11',
  write(recipe): Handoff {
    const program = programOf(recipe);
    const { settings, fates } = carryOver(recipe, program.rules, setting);
    const all: (readonly [string, unknown])[] = [...program.fixed(recipe), ['ckpt.output_dir', 'trained'], ...settings];
    const start = program.module.endsWith('_ray')
      ? `python -m ${program.module}`
      : `deepspeed --module ${program.module}`;
    const script = [
      '#!/usr/bin/env bash',
      `# Trains what "${recipe.name}" trained here, with OpenRLHF 0.11. handoff.md says what was carried over and what was not.`,
      'set -euo pipefail',
      'cd "$(dirname "$0")"',
      `${start} \\`,
      all.map((each) => `  ${setting(each)}`).join(' \\\n'),
      '',
    ];
    const notes = ['OpenRLHF trains in bfloat16 by default; here it was float32.'];
    if (program.module.endsWith('_ray') && recipe.rewardModel === null)
      notes.push(
        'The reward here was not a reward model: serve it over HTTP and write its address behind --reward.remote_url.',
      );
    return { files: { 'train.sh': script.join('\n') }, fates, command: 'pip install openrlhf && bash train.sh', notes };
  },
};
