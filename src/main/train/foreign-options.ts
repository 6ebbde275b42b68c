/**
 * Options of TRL and transformers that have no counterpart here. A pasted config keeps working where they change no number, and is refused,
 * with what to do instead, where they would. A method's own options come first: a key that its schema knows is never looked up here.
 */

type Config = Readonly<Record<string, unknown>>;

/** What happens to a key: `neutral` says which values change nothing (all, when absent); others are refused with `because`. */
interface Rule {
  readonly neutral?: (value: unknown) => boolean;
  readonly because?: string;
}

/** Older or longer names of options known here. */
const ALIASES: Readonly<Record<string, string>> = {
  model_name_or_path: 'model',
  evaluation_strategy: 'eval_strategy',
  max_seq_length: 'max_length',
  warmup_ratio: 'warmup_steps',
  reward_model_path: 'reward_model',
  sft_model_path: 'model',
};

const anything = (names: string): [string, Rule][] => names.split(/\s+/).map((name) => [name, {}]);
const only = (names: string, neutral: readonly unknown[], because: string): [string, Rule][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, { neutral: (value) => isEmpty(value) || neutral.includes(value), because }]);

/** Python's None, and an empty dict or list. */
const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (typeof value === 'object' && Object.keys(value as Record<string, unknown>).length === 0);

const UPLOADS = 'nothing is uploaded from here; export the model and publish it yourself';
const PRECISION = 'training computes in float32, and other precisions give other numbers; set it to false';

/** Key by key; grouped by why. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  // what is reported: every step is
  ...anything(
    'logging_steps logging_strategy logging_first_step logging_dir logging_nan_inf_filter log_level log_level_replica log_on_each_node',
  ),
  ...anything('report_to run_name project trackio_space_id trackio_bucket_id trackio_static_space_id disable_tqdm'),
  ...anything('log_completions num_completions_to_print skip_memory_metrics include_num_input_tokens_seen'),
  ...anything('include_for_metrics include_tokens_per_second batch_eval_metrics prediction_loss_only'),
  // where and how it computes: same numbers
  ...anything(
    'use_cpu no_cuda use_mps_device tf32 local_rank ddp_backend ddp_timeout ddp_bucket_cap_mb ddp_static_graph',
  ),
  ...anything(
    'ddp_find_unused_parameters ddp_broadcast_buffers accelerator_config parallelism_config full_determinism',
  ),
  ...anything('torch_compile torch_compile_backend torch_compile_mode torch_empty_cache_steps enable_jit_checkpoint'),
  ...anything('gradient_checkpointing_kwargs'),
  ...anything(
    'activation_checkpointing activation_checkpointing_kwargs activation_offloading use_cache attn_implementation debug use_liger_kernel',
  ),
  ...anything('liger_kernel_config half_precision_backend fp16_opt_level fp16_backend'),
  ...anything('use_logits_to_keep padding_free pad_to_multiple_of average_tokens_across_devices disable_dropout'),
  ...anything(
    'precompute_ref_log_probs precompute_ref_batch_size auto_find_batch_size optim_target_modules trust_remote_code',
  ),
  // how data is read: same rows
  ...anything('dataloader_num_workers dataloader_pin_memory dataloader_persistent_workers dataloader_prefetch_factor'),
  ...anything('dataloader_in_order dataloader_multiprocessing_context dataset_num_proc dataset_batch_size'),
  ...anything('remove_unused_columns label_names length_column_name ignore_data_skip label_pad_token_id padding_value'),
  // when it evaluates and saves, beyond what eval_* and save_* say
  ...anything('do_train do_eval do_predict eval_on_start eval_delay eval_accumulation_steps eval_do_concat_batches'),
  ...anything('eval_use_gather_object overwrite_output_dir save_only_model save_safetensors save_on_each_node'),
  ...anything('restore_callback_states_from_checkpoint greater_is_better metric_for_best_model'),
  ...anything('hub_model_id hub_strategy hub_token hub_private_repo hub_always_push hub_revision'),
  // the method says what kind of model is trained
  ...anything('lora_task_type bnb_4bit_quant_type bnb_4bit_quant_storage use_bnb_nested_quant model_revision'),
  // of packing, which is refused itself
  ...anything('packing_strategy'),
  ...anything('dataset_config dataset_train_split dataset_test_split dataset_streaming'),

  ...only('bf16 fp16 bf16_full_eval fp16_full_eval', [false, 'auto'], PRECISION),
  ...only('dtype torch_dtype', ['float32', 'auto'], 'training computes in float32; leave it out'),
  ...only('push_to_hub', [false], UPLOADS),
  ...only('load_in_8bit load_in_4bit', [false], 'weights are trained in float32; set it to false'),
  ...only('use_dora', [false], 'DoRA is not supported; plain LoRA and rsLoRA are'),
  ...only('lora_target_parameters', [], 'adapters sit on modules only; name them with lora_target_modules'),
  ...only('packing eval_packing', [false], 'rows are not packed into one sequence; set it to false'),
  ...only('label_smoothing_factor', [0], 'smoothing over the vocabulary is not computed; leave it out'),
  ...only('neftune_noise_alpha', [0], 'noise on embeddings is not added; leave it out'),
  ...only(
    'optim',
    ['adamw_torch', 'adamw_torch_fused', 'adamw_hf', 'adamw'],
    'AdamW is the only optimiser; use adamw_torch or leave it out',
  ),
  ...only('optim_args model_init_kwargs ref_model_init_kwargs', [], 'nothing more can be set there; leave it out'),
  ...only('group_by_length', [false], 'rows are not ordered by length; set it to false'),
  ...only(
    'dataloader_drop_last',
    [false],
    'prompts are drawn anew where they run out, so that every batch is full; set it to false',
  ),
  ...only('shuffle_dataset', [false], 'use "shuffle" instead: it orders the rows afresh every epoch'),
  ...only('data_seed', [], 'the order of rows follows "seed"; leave it out'),
  ...only('load_best_model_at_end', [false], 'the last model is kept; choose an earlier one among the checkpoints'),
  ...only('resume_from_checkpoint', [false], 'resume with: plumb train CONFIG --resume'),
  ...only(
    'assistant_only_loss',
    [false],
    'give rows with prompt and completion instead: the completion alone is learnt',
  ),
  ...only('chat_template_path', [], "the model's own chat template is used; put yours into its folder"),
  // a dump of a TRL config hides every token's name, also of those that are not set
  ...only(
    'eos_token pad_token',
    ['<EOS_TOKEN>', '<PAD_TOKEN>'],
    "the model's own tokens are used; change them in its tokenizer_config.json",
  ),
  ...only('max_prompt_length max_completion_length', [], 'TRL 1 cuts by max_length alone; leave it out'),
  ...only('dataset_name', [], 'nothing is downloaded; name a file or an imported dataset with "dataset"'),
  ...only('dataset_kwargs', [], 'the data is always prepared here; leave it out'),
  ...only('generate_during_eval', [false], 'use sample_prompts instead'),
  ...only('router_aux_loss_coef', [0], 'mixtures of experts are not supported; leave it out'),
  ...only('deepspeed fsdp fsdp_config', ['', false], 'one process trains; leave it out'),
  ...only('model_adapter_name ref_adapter_name force_use_ref_model', [false], 'leave it out and name a ref_model'),
]);

export const foreignNames: readonly string[] = [...RULES.keys(), ...Object.keys(ALIASES), 'train_sampling_strategy'];

export interface Translated {
  /** What a method's schema is to parse. */
  readonly config: Config;
  /** Keys without effect here. */
  readonly ignored: readonly string[];
  /** Keys whose value is refused: what was found, and what to do. */
  readonly problems: readonly string[];
}

/** Takes foreign keys out of a config and renames aliases; keys that neither the schema nor this file knows stay. */
export function translateForeign(config: Config, known: readonly string[]): Translated {
  const own: Record<string, unknown> = {};
  const ignored: string[] = [];
  const problems: string[] = [];
  for (const [key, value] of Object.entries(config)) {
    if (known.includes(key)) own[key] = value;
    else if (key === 'train_sampling_strategy') samplingStrategy(value, config, own, problems);
    else if (Object.hasOwn(ALIASES, key)) rename(key, value, config, own, problems);
    else {
      const rule = RULES.get(key);
      if (!rule) own[key] = value;
      else if (rule.neutral && !rule.neutral(value))
        problems.push(`${key}: ${JSON.stringify(value)} — ${rule.because}`);
      else ignored.push(key);
    }
  }
  return { config: own, ignored, problems };
}

function rename(key: string, value: unknown, config: Config, own: Record<string, unknown>, problems: string[]): void {
  const name = ALIASES[key];
  if (isEmpty(value) || (key === 'warmup_ratio' && value === 0)) return;
  if (!isEmpty(config[name]) && config[name] !== value && !(key === 'warmup_ratio' && config[name] === 0))
    problems.push(`${key} and ${name} say the same thing differently; keep ${name}`);
  else own[name] = value;
}

/** TRL's words for `shuffle`. */
function samplingStrategy(value: unknown, config: Config, own: Record<string, unknown>, problems: string[]): void {
  if (isEmpty(value)) return;
  const shuffle = value === 'random' ? true : value === 'sequential' ? false : undefined;
  if (shuffle === undefined)
    problems.push(`train_sampling_strategy: ${JSON.stringify(value)} — rows come in random or sequential order`);
  else if (typeof config.shuffle === 'boolean' && config.shuffle !== shuffle)
    problems.push(`train_sampling_strategy and shuffle contradict each other; keep shuffle`);
  else own.shuffle = shuffle;
}
