/** What a pasted TRL config does: kept where it changes nothing, refused by name where it would, never silently computed otherwise. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, commonOptions, ignoredOptions, parseConfig } from '../../src/main/train/config.ts';
import { foreignNames } from '../../src/main/train/foreign-options.ts';
import { methods } from '../../src/main/train/methods/index.ts';

const schema = z.object({ ...commonOptions, learning_rate: commonOptions.learning_rate.default(1e-6) });
const base = { method: 'dpo', dataset: 'pairs.jsonl' };
const parse = (config: Record<string, unknown>) => parseConfig(schema, { ...base, ...config });

/** A script's DPOConfig as people paste it. */
const pasted = {
  ...base,
  output_dir: 'out',
  bf16: false,
  fp16: false,
  gradient_checkpointing: true,
  gradient_checkpointing_kwargs: { use_reentrant: false },
  logging_steps: 10,
  logging_first_step: true,
  report_to: ['wandb'],
  run_name: 'first',
  save_strategy: 'steps',
  save_steps: 500,
  eval_strategy: 'steps',
  eval_steps: 0.2,
  per_device_eval_batch_size: 4,
  remove_unused_columns: false,
  dataloader_num_workers: 4,
  optim: 'adamw_torch_fused',
  train_sampling_strategy: 'sequential',
  warmup_ratio: 0.1,
  lr_scheduler_kwargs: null,
  max_grad_norm: null,
  save_total_limit: null,
  eval_accumulation_steps: null,
  hub_model_id: null,
  push_to_hub: false,
  packing: false,
  neftune_noise_alpha: null,
  max_prompt_length: null,
  dtype: 'float32',
  use_peft: false,
  lora_r: 16,
};

describe('a pasted config', () => {
  it('is read, with the options that mean something here', () => {
    const options = parseConfig(schema, pasted);
    expect(options).toMatchObject({
      shuffle: false,
      gradient_checkpointing: true,
      warmup_steps: 0.1,
      eval_steps: 0.2,
      save_steps: 500,
      max_grad_norm: null, // no clipping, as in transformers: not the default
      save_total_limit: null, // all are kept
      lr_scheduler_kwargs: {},
      per_device_eval_batch_size: 4,
    });
    expect(Object.keys(options).filter((key) => !(key in schema.shape))).toEqual([]);
  });
  it.each(['dpo', 'sft', 'reward', 'kto'])('of TRL itself, every option of %s at its default, is read', (method) => {
    const file = fileURLToPath(new URL('../golden/train/configs.json', import.meta.url));
    const dumped = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>)[method];
    expect(Object.keys(dumped).length).toBeGreaterThan(120);
    const options = parseConfig(methods.get(method).params, { ...dumped, method, model: 'm', dataset: 'd' });
    expect(options).toMatchObject({ max_steps: 2, shuffle: method !== 'kto', learning_rate: dumped.learning_rate });
  });
  it('has a last batch dropped by methods that train on rows, and refused by those that sample', () => {
    const config = { dataloader_drop_last: true, model: 'm', dataset: 'd' };
    for (const method of ['dpo', 'sft', 'reward', 'kto'])
      expect(parseConfig(methods.get(method).params, { ...config, method })).toMatchObject({
        dataloader_drop_last: true,
      });
    for (const method of ['ppo', 'rloo', 'online_dpo'])
      expect(() => parseConfig(methods.get(method).params, { ...config, method })).toThrow('every batch is full');
  });
  it('names what has no effect', () => {
    expect(ignoredOptions(schema, pasted)).toContain('gradient_checkpointing_kwargs');
    expect(ignoredOptions(schema, pasted)).not.toContain('learning_rate');
    expect(ignoredOptions(schema, base)).toEqual([]);
  });
});

describe('what would change the numbers is refused, with what to do', () => {
  it.each([
    [{ bf16: true }, 'bf16: true — training computes in float32'],
    [{ fp16: true }, 'fp16: true'],
    [{ packing: true }, 'packing: true — rows are not packed'],
    [{ optim: 'adafactor' }, 'optim: "adafactor" — AdamW is the only optimiser'],
    [{ label_smoothing_factor: 0.1 }, 'label_smoothing_factor: 0.1'],
    [{ neftune_noise_alpha: 5 }, 'neftune_noise_alpha: 5'],
    [{ load_in_4bit: true }, 'load_in_4bit: true'],
    [{ dtype: 'bfloat16' }, 'dtype: "bfloat16"'],
    [{ model_init_kwargs: { dtype: 'bfloat16' } }, 'model_init_kwargs'],
    [{ max_prompt_length: 128 }, 'TRL 1 cuts by max_length alone'],
    [{ train_sampling_strategy: 'group_by_length' }, 'rows come in random or sequential order'],
    [{ train_sampling_strategy: 'random', shuffle: false }, 'contradict each other'],
    [{ warmup_ratio: 0.1, warmup_steps: 7 }, 'warmup_ratio and warmup_steps say the same thing differently'],
    [{ assistant_only_loss: true }, 'rows with prompt and completion'],
  ])('%j', (config, message) => {
    expect(() => parse(config)).toThrow(ConfigError);
    expect(() => parse(config)).toThrow(message);
  });
  it('all problems at once', () => {
    expect(() => parse({ bf16: true, packing: true, seed: 'x' })).toThrow(/bf16.*packing.*seed/s);
  });
});

describe('wrong keys and values', () => {
  it.each([
    [{ lerning_rate: 1 }, 'unknown option "lerning_rate"; did you mean "learning_rate"?'],
    [{ gradient_checkpoint: true }, 'did you mean "gradient_checkpointing"?'],
    [{ learning_rate: '1e-6' }, 'learning_rate: '],
    [{ lr_scheduler_type: 'cosin' }, 'lr_scheduler_type: '],
    [{ lr_scheduler_kwargs: { num_cycles: 2 } }, 'linear has no option "num_cycles"; it has none'],
    [
      { lr_scheduler_type: 'cosine', lr_scheduler_kwargs: { num_cycle: 2 } },
      'cosine has no option "num_cycle"; it has num_cycles',
    ],
    [{ lr_scheduler_type: 'cosine_with_min_lr' }, 'give one of min_lr and min_lr_rate'],
    [{ lr_scheduler_type: 'warmup_stable_decay' }, 'num_decay_steps is missing'],
    [
      { lr_scheduler_type: 'warmup_stable_decay', lr_scheduler_kwargs: { num_decay_steps: 2, decay_type: 'sqrt' } },
      'decay_type must be one of linear, cosine, 1-sqrt, found "sqrt"',
    ],
    [{ eval_steps: 2.5 }, 'eval_steps: expected a whole number of steps, or a share below 1'],
  ])('%j', (config, message) => expect(() => parse(config)).toThrow(message));

  it('a wrong loss names the known ones', () => {
    const { params } = methods.get('dpo');
    expect(() => parseConfig(params, { ...base, model: 'm', loss_type: 'sigmod' })).toThrow(/loss_type: .*"sigmoid"/);
    expect(() => parseConfig(params, { ...base, model: 'm', loss_type: ['sigmoid', 'x'] })).toThrow(/"sigmoid"/);
  });
});

it('every method ends with no foreign key of its own left in the way: its schema wins', () => {
  for (const method of methods.all) {
    const own = foreignNames.filter((name) => name in method.params.shape);
    expect(ignoredOptions(method.params, Object.fromEntries(own.map((name) => [name, 1])))).toEqual([]);
  }
});
