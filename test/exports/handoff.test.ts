/** What becomes of each option when a recipe is handed to another trainer. */
import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../src/main/exports/handoff/handoff-target.ts';
import { handoffTargets } from '../../src/main/exports/handoff/index.ts';
import { parseConfig } from '../../src/main/train/config.ts';
import { methods } from '../../src/main/train/methods/index.ts';

const REFUSED: Readonly<Record<string, readonly string[]>> = { trl: ['ppo'], openrlhf: ['online_dpo', 'kto'] };

function recipe(method: string, changes: Record<string, unknown> = {}): Recipe {
  const definition = methods.get(method);
  const config = { method, model: 'm', dataset: 'd', ...changes };
  return {
    name: 'recipe',
    method,
    options: parseConfig(definition.params, config) as Record<string, unknown>,
    stated: new Set(Object.keys(changes)),
    model: 'model',
    reference: null,
    rewardModel: null,
    train: { file: 'data/train.jsonl', rows: 100, conversational: false },
    evaluation: null,
  };
}

const textOf = (target: string, given: Recipe): string =>
  Object.values(handoffTargets.get(target).write(given).files).join('\n');

describe.each(handoffTargets.all.map(({ id }) => id))('handoff to %s', (target) => {
  it.each(methods.all.map(({ id }) => id))(
    '%s: every option is carried over, or its absence is explained',
    (method) => {
      const given = recipe(method);
      if (REFUSED[target].includes(method)) {
        expect(() => handoffTargets.get(target).write(given)).toThrow(method);
        return;
      }
      const { fates } = handoffTargets.get(target).write(given);
      const told = Object.keys(given.options).filter((key) => given.options[key] !== undefined);
      expect(fates.map(({ option }) => option).sort()).toEqual(told.sort());
      expect(fates.filter(({ as, note }) => as === null && note === undefined).map(({ option }) => option)).toEqual([]);
    },
  );

  it('a setting under another name or in another unit', () => {
    const text = textOf(target, recipe('dpo', { beta: 0.3, max_grad_norm: null, warmup_steps: 5, max_steps: 50 }));
    expect(text).toContain(target === 'trl' ? 'beta=0.3,' : '--model.beta 0.3');
    expect(text).toContain(target === 'trl' ? 'max_grad_norm=0,' : '--max_norm 0');
    expect(text).toContain(target === 'trl' ? 'warmup_steps=5,' : '--lr_warmup_ratio 0.1');
  });

  it('an objective that is not there is refused, never replaced', () => {
    expect(() => handoffTargets.get(target).write(recipe('dpo', { loss_type: 'simpo' }))).toThrow(
      /loss_type simpo: .* does not have it/,
    );
  });

  it('what is set and has no counterpart is named', () => {
    const { fates } = handoffTargets
      .get(target)
      .write(recipe('dpo', { reference_free: true, frozen_weights: ['embed'] }));
    const lost = fates.filter(({ as }) => as === null).map(({ option }) => option);
    expect(lost).toEqual(expect.arrayContaining(['reference_free', 'frozen_weights']));
  });

  it('an adapter, with its settings', () => {
    const text = textOf(
      target,
      recipe('sft', { use_peft: true, lora_r: 4, lora_alpha: 8, lora_target_modules: ['q_proj', 'v_proj'] }),
    );
    if (target === 'trl') {
      expect(text).toContain('r=4,\n    lora_alpha=8,');
      expect(text).toContain('target_modules=["q_proj", "v_proj"],');
      expect(text).toContain('peft_config=lora,');
    } else
      expect(text).toContain('--ds.lora.rank 4 \\\n  --ds.lora.alpha 8 \\\n  --ds.lora.target_modules q_proj v_proj');
  });

  it('a reward that is here only is left to be written', () => {
    const given = recipe('rloo', { task: 'helpful', dataset: undefined });
    const { notes, files } = handoffTargets.get(target).write(given);
    expect(notes.join(' ')).toMatch(/The reward here was/);
    const text = Object.values(files).join('\n');
    expect(text).toContain(target === 'trl' ? 'raise NotImplementedError' : '--reward.remote_url');
    const learnt = textOf(target, { ...given, rewardModel: 'reward_model' });
    expect(learnt).toContain(
      target === 'trl' ? 'reward_funcs="reward_model"' : '--reward.model_name_or_path reward_model',
    );
  });
});

it('a moving reference and a dropped last batch are TRL’s for KTO as well', () => {
  const text = textOf(
    'trl',
    recipe('kto', { sync_ref_model: true, ref_model_sync_steps: 3, dataloader_drop_last: true }),
  );
  for (const line of ['sync_ref_model=True', 'ref_model_sync_steps=3', 'dataloader_drop_last=True'])
    expect(text).toContain(line);
  const { fates } = handoffTargets.get('openrlhf').write(recipe('sft', { dataloader_drop_last: true }));
  expect(fates.filter(({ as }) => as === null).map(({ option }) => option)).toContain('dataloader_drop_last');
});

it('values are quoted for Python and for the shell', () => {
  const schedule = { lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr_rate: 0.1 } };
  const odd = recipe('sft', schedule);
  expect(textOf('trl', odd)).toContain('lr_scheduler_kwargs={"min_lr_rate": 0.1},');
  expect(textOf('openrlhf', { ...odd, model: "a b'c" })).toContain(`--model.model_name_or_path 'a b'\\''c'`);
});
