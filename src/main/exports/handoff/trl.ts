/** TRL 1.16: a Python script that makes the method's trainer with this recipe's options. */
import { ExportError } from '../export-format.ts';
import type { Handoff, HandoffTarget, Recipe } from './handoff-target.ts';
import { carryOver, elsewhere, lookedAtHere, onlyAt, type Rules, renamed, said, same } from './rules.ts';

/** A value as Python writes it. */
function python(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${python(each)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

const setting = ([name, value]: readonly [string, unknown]): string => `${name}=${python(value)}`;

const hasEvaluation = ({ evaluation }: Recipe): boolean => evaluation !== null;
const positive = (value: unknown): value is number => typeof value === 'number' && value > 0;

/** Steps of 0 mean "at start and end only" here. */
const everySteps = (strategy: string, steps: string): Rules => ({
  [strategy]: {
    carry: (value, recipe) => {
      if (strategy === 'eval_strategy' && !hasEvaluation(recipe)) return [strategy, 'no'];
      return [strategy, value === 'steps' && !positive(recipe.options[steps]) ? 'no' : value];
    },
    note: 'at start and end, which TRL does not have, becomes "no"',
  },
  [steps]: { carry: (value) => (positive(value) ? [steps, value] : null) },
});

const COMMON: Rules = {
  ...same(
    'learning_rate lr_scheduler_type lr_scheduler_kwargs warmup_steps weight_decay adam_beta1 adam_beta2 adam_epsilon',
  ),
  ...same(
    'per_device_train_batch_size gradient_accumulation_steps num_train_epochs max_steps per_device_eval_batch_size',
  ),
  ...same('seed save_total_limit'),
  ...everySteps('eval_strategy', 'eval_steps'),
  ...everySteps('save_strategy', 'save_steps'),
  max_grad_norm: { carry: (value) => ['max_grad_norm', value ?? 0] },
  gradient_checkpointing: { carry: (value) => ['gradient_checkpointing', value !== false] },
  shuffle: {
    carry: (value) => ['train_sampling_strategy', value === false ? 'sequential' : 'random'],
    note: 'the order of the rows is another one than here: each library shuffles in its own way',
  },
  frozen_weights: onlyAt([undefined], 'freeze them on the model before the trainer is made'),
  method: elsewhere('the trainer that the script makes'),
  model: elsewhere('the folder that the script names'),
  ref_model: elsewhere('the folder that the script names'),
  tokenizer: elsewhere('the tokenizer in the model’s folder'),
  dataset: elsewhere('the file that the script names'),
  eval_dataset: elsewhere('the file that the script names'),
  output_dir: elsewhere('"trained"'),
  use_peft: elsewhere('peft_config'),
  adapter: elsewhere('merged into the model’s folder; a fresh adapter is trained on it'),
  ...Object.fromEntries(
    ['lora_r', 'lora_alpha', 'lora_dropout', 'lora_target_modules', 'lora_modules_to_save', 'use_rslora'].map(
      (name) => [name, elsewhere('peft_config')],
    ),
  ),
  ...lookedAtHere('sample_prompts sample_max_new_tokens sample_temperature eval_prompts probes diagnostic_rows'),
  task: elsewhere('the prompts of data/train.jsonl; its gold reward is here only'),
};

const DPO_LOSSES = new Set(
  'sigmoid hinge ipo exo_pair nca_pair robust bco_pair sppo_hard aot aot_unpaired apo_zero apo_down discopop sft sigmoid_norm'.split(
    ' ',
  ),
);

/** Throws where one of the losses is not the target's: another loss would be another method. */
function checkLosses(value: unknown, known: ReadonlySet<string>, trainer: string): readonly string[] {
  const losses = [value].flat().map(String);
  const missing = losses.filter((loss) => !known.has(loss));
  if (missing.length > 0)
    throw new ExportError(
      `loss_type ${missing.join(', ')}: TRL 1.16's ${trainer} does not have it; it has ${[...known].join(', ')}`,
    );
  return losses;
}

const LENGTH = same('max_length');
const SAMPLING: Rules = {
  temperature: renamed('temperature'),
  reward_model: elsewhere('the folder that the script names'),
  reward_function: elsewhere('the function that the script leaves to be filled in'),
  rollouts: onlyAt([undefined, null], 'TRL samples itself'),
  generation_weight_bits: onlyAt([32], 'TRL samples from the trained weights'),
  prompt_count: elsewhere('the rows of data/train.jsonl'),
  total_episodes: onlyAt([undefined, null], 'set max_steps instead'),
};

interface Trainer {
  readonly trainer: string;
  readonly config: string;
  readonly module: string;
  readonly rules: Rules;
  /** What gives rewards; the trainer then takes `reward_funcs`. */
  readonly rewards?: true;
  /** The trainer takes a model of its own as reference. */
  readonly reference?: true;
}

const TRAINERS: Readonly<Record<string, Trainer>> = {
  sft: {
    trainer: 'SFTTrainer',
    config: 'SFTConfig',
    module: 'trl',
    rules: {
      ...COMMON,
      ...LENGTH,
      ...same('completion_only_loss dataset_text_field dataloader_drop_last'),
      truncation_mode: same('truncation_mode').truncation_mode,
      loss_type: {
        carry: (value) => ['loss_type', checkLosses(value, new Set(['nll', 'dft', 'chunked_nll']), 'SFTTrainer')[0]],
      },
    },
  },
  reward: {
    trainer: 'RewardTrainer',
    config: 'RewardConfig',
    module: 'trl',
    rules: {
      ...COMMON,
      ...LENGTH,
      ...same('center_rewards_coefficient dataloader_drop_last'),
      loss_type: {
        carry(value) {
          checkLosses(value, new Set(['bradley_terry']), 'RewardTrainer');
          return null;
        },
      },
      tie_rate: onlyAt([1 / 3], 'ties are dropped there'),
      normalize_rewards: onlyAt([false], 'rewards are used as they come'),
      normalize_samples: elsewhere('only with normalize_rewards'),
    },
  },
  dpo: {
    trainer: 'DPOTrainer',
    config: 'DPOConfig',
    module: 'trl',
    reference: true,
    rules: {
      ...COMMON,
      ...LENGTH,
      ...same(
        'beta label_smoothing loss_weights f_divergence_type f_alpha_divergence_coef ld_alpha use_weighting discopop_tau',
      ),
      ...same('precompute_ref_log_probs sync_ref_model ref_model_mixup_alpha ref_model_sync_steps truncation_mode'),
      ...same('dataloader_drop_last'),
      loss_type: { carry: (value) => ['loss_type', checkLosses(value, DPO_LOSSES, 'DPOTrainer')] },
      reference_free: onlyAt([false], 'TRL 1.16 has no reference-free DPO'),
      rpo_alpha: onlyAt([undefined, null], 'use loss_type sigmoid and sft with loss_weights'),
      ipo_average: onlyAt(['token'], 'TRL averages over tokens'),
      bco_delta: onlyAt(['none'], 'TRL 1.16 takes the plain log-ratios, without δ'),
      simpo_gamma: elsewhere('only with loss_type simpo'),
      rdpo_alpha: elsewhere('only with loss_type rdpo'),
      dpop_lambda: elsewhere('only with loss_type dpop'),
    },
  },
  kto: {
    trainer: 'KTOTrainer',
    config: 'KTOConfig',
    module: 'trl',
    reference: true,
    rules: {
      ...COMMON,
      ...LENGTH,
      ...same('beta loss_type desirable_weight undesirable_weight dataloader_drop_last'),
      ...same('precompute_ref_log_probs sync_ref_model ref_model_mixup_alpha ref_model_sync_steps'),
    },
  },
  online_dpo: {
    trainer: 'OnlineDPOTrainer',
    config: 'OnlineDPOConfig',
    module: 'trl.experimental.online_dpo',
    rewards: true,
    reference: true,
    rules: {
      ...COMMON,
      ...SAMPLING,
      ...LENGTH,
      ...same('beta missing_eos_penalty'),
      response_length: renamed('max_new_tokens'),
      loss_type: {
        carry: (value) => ['loss_type', checkLosses(value, new Set(['sigmoid', 'ipo']), 'OnlineDPOTrainer')[0]],
      },
      annotator: elsewhere('reward_funcs: the answer with the higher reward is preferred'),
      labelling: onlyAt(['argmax'], 'TRL takes the answer with the higher reward, without a rater’s noise'),
      num_generations: onlyAt([2], 'TRL samples two answers a prompt'),
      resample_every: onlyAt([1], 'TRL samples afresh at every step'),
      offline_share: onlyAt([0], 'TRL learns from sampled pairs alone'),
      label_smoothing: onlyAt([0], 'TRL’s OnlineDPOTrainer has no smoothing'),
      f_divergence_type: onlyAt(['reverse_kl'], 'TRL’s OnlineDPOTrainer has reverse KL alone'),
      f_alpha_divergence_coef: elsewhere('only with the α-divergence'),
      reference_free: onlyAt([false], 'TRL needs its reference'),
      use_weighting: onlyAt([false], 'TRL’s OnlineDPOTrainer does not weight'),
      label_flip: onlyAt([0], 'labels are not flipped there'),
      tie_band: onlyAt([0], 'equal rewards alone are ties there'),
      ipo_average: onlyAt(['token', 'sum'], 'log-probabilities are summed there'),
      ...said(
        'bco_delta discopop_tau simpo_gamma rdpo_alpha dpop_lambda',
        'only with losses that TRL’s OnlineDPOTrainer does not have',
      ),
      ...said('rater_temperature', 'only with a rater who draws'),
      ...said('tie_policy', 'ties are learnt as they fall there'),
      ...said(
        'judge_endpoint judge_url judge_model judge_rule judge_concurrency',
        'only with a judge, which reward_funcs stands for',
      ),
    },
  },
  rloo: {
    trainer: 'RLOOTrainer',
    config: 'RLOOConfig',
    module: 'trl',
    rewards: true,
    rules: {
      ...COMMON,
      ...SAMPLING,
      num_generations: renamed('num_generations'),
      response_length: renamed('max_completion_length'),
      kl_coef: renamed('beta'),
      num_ppo_epochs: renamed('num_iterations'),
      cliprange: renamed('epsilon'),
      cliprange_high: renamed('epsilon_high'),
      normalize_advantages: renamed('normalize_advantages'),
      score_clip: { carry: (value) => (typeof value === 'number' ? ['reward_clip_range', [-value, value]] : null) },
      advantage_estimator: onlyAt(
        ['rloo'],
        'RLOOTrainer leaves one out; group-normalised advantages are GRPOTrainer’s',
      ),
      scale_rewards: elsewhere('only with group-normalised advantages'),
      baseline_decay: elsewhere('only with the running mean'),
      kl_estimator: onlyAt(['k1'], 'TRL takes k1 in the reward'),
      kl_in_loss: onlyAt([false], 'RLOOTrainer takes KL into the reward'),
      adap_kl_ctrl: onlyAt([false], 'β stays as it is there'),
      target: elsewhere('only with the adaptive β'),
      horizon: elsewhere('only with the adaptive β'),
      num_mini_batches: onlyAt([1], 'see steps_per_generation'),
      missing_eos_penalty: onlyAt([null], 'write it into the reward function'),
      use_score_scaling: onlyAt([false], 'write it into the reward function'),
      use_score_norm: onlyAt([false], 'write it into the reward function'),
      target_kl: onlyAt([null], 'updates are not stopped early there'),
      ratio_threshold: { carry: () => undefined, note: 'TRL has no such guard' },
      loss_aggregation: { carry: () => undefined, note: 'RLOOTrainer takes the answer as one action' },
      max_length: { carry: () => undefined, note: 'prompts are not cut there' },
    },
  },
};

/** Another objective is for the user to choose, never put in the place of the one that was asked for. */
const NEAREST_TO_PPO =
  ', which was removed from it; OpenRLHF has one (--to openrlhf). The nearest in TRL is method "rloo" (RLOOTrainer), which differs: no critic ' +
  '(value_model, vf_coef, cliprange_value, gamma, lam and whiten_rewards fall away), the num_generations answers of a prompt are each other’s ' +
  'baseline, and an answer’s KL is taken from its reward as a whole instead of token by token';

function trainerOf({ method }: Recipe): Trainer {
  if (Object.hasOwn(TRAINERS, method)) return TRAINERS[method];
  throw new ExportError(`TRL 1.16 has no trainer for ${method}${method === 'ppo' ? NEAREST_TO_PPO : ''}`);
}

/** PEFT's configuration, where an adapter is trained. */
function loraLines({ options, method }: Recipe): string[] {
  if (options.use_peft !== true) return [];
  const settings: [string, unknown][] = [
    ['task_type', method === 'reward' ? 'SEQ_CLS' : 'CAUSAL_LM'],
    ['r', options.lora_r],
    ['lora_alpha', options.lora_alpha],
    ['lora_dropout', options.lora_dropout],
    ['target_modules', options.lora_target_modules],
    ['modules_to_save', options.lora_modules_to_save],
    ['use_rslora', options.use_rslora],
  ];
  const given = settings.filter(([, value]) => value !== undefined);
  return ['lora = LoraConfig(', ...given.map((each) => `    ${setting(each)},`), ')', ''];
}

/** A reward that exists here only is left to be written: a wrong one would train something else. */
function rewardLines({ rewardModel, options }: Recipe): { lines: string[]; value: string; note?: string } {
  if (rewardModel !== null) return { lines: [], value: python(rewardModel) };
  const source =
    options.reward_function ?? (options.task ? `the gold reward of the task "${options.task}"` : options.annotator);
  const note = `The reward here was ${source}, which TRL does not have: write it into reward() of train.py, which stops with an error until then.`;
  return {
    lines: [
      'def reward(completions, **columns):',
      `    """One number for each completion. Here it was ${String(source).replaceAll('"', "'")}."""`,
      '    raise NotImplementedError("write the reward here")',
      '',
      '',
    ],
    value: 'reward',
    note,
  };
}

export const trl: HandoffTarget = {
  id: 'trl',
  title: 'TRL',
  release: '1.16',
  write(recipe): Handoff {
    const found = trainerOf(recipe);
    const { settings, fates } = carryOver(recipe, found.rules, setting);
    const rewards = found.rewards ? rewardLines(recipe) : undefined;
    const lora = loraLines(recipe);
    const names = [found.config, found.trainer].sort();
    const script = [
      `"""Trains what '${recipe.name}' trained here, with TRL 1.16. handoff.md says what was carried over and what was not."""`,
      '',
      'from datasets import load_dataset',
      ...(lora.length > 0 ? ['from peft import LoraConfig'] : []),
      ...(found.reference && recipe.reference !== null ? ['from transformers import AutoModelForCausalLM'] : []),
      `from ${found.module} import ${names.join(', ')}`,
      '',
      '',
      ...(rewards?.lines ?? []),
      ...lora,
      `args = ${found.config}(`,
      '    output_dir="trained",',
      '    bf16=False,  # as here; True is faster on a GPU, and rounds',
      '    logging_steps=1,',
      '    report_to="none",',
      '    model_init_kwargs={"dtype": "float32"},',
      ...settings.map((each) => `    ${setting(each)},`),
      ')',
      `trainer = ${found.trainer}(`,
      `    model=${python(recipe.model)},`,
      ...(found.reference && recipe.reference !== null
        ? [`    ref_model=AutoModelForCausalLM.from_pretrained(${python(recipe.reference)}, dtype="float32"),`]
        : []),
      ...(rewards ? [`    reward_funcs=${rewards.value},`] : []),
      '    args=args,',
      `    train_dataset=load_dataset("json", data_files=${python(recipe.train.file)}, split="train"),`,
      ...(recipe.evaluation
        ? [`    eval_dataset=load_dataset("json", data_files=${python(recipe.evaluation.file)}, split="train"),`]
        : []),
      ...(lora.length > 0 ? ['    peft_config=lora,'] : []),
      ')',
      'trainer.train()',
      'trainer.save_model()',
      '',
    ];
    return {
      files: { 'train.py': script.join('\n'), 'requirements.txt': 'trl==1.16.*\npeft\n' },
      fates,
      command: 'pip install -r requirements.txt && python train.py',
      notes: rewards?.note === undefined ? [] : [rewards.note],
    };
  },
};
