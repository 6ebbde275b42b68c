/** Training an adapter by every method: only it moves, the base is shared, the reference is the model as it starts, and what is saved goes on and loads. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSafetensors } from '../../src/main/data/checkpoints/safetensors.ts';
import { mergeAdapter } from '../../src/main/engine/adapters/lora.ts';
import { createScorer } from '../../src/main/evaluate/scoring.ts';
import { loadModel } from '../../src/main/train/load-model.ts';
import type { TrainEvent } from '../../src/main/train/method.ts';
import type { RunDocument } from '../../src/main/train/run.ts';
import { curveOf, makeToy, type Toy, type TrainOptions } from './toy.ts';

let toy: Toy;
beforeAll(() => {
  toy = makeToy();
  writeFileSync(
    join(toy.folder, 'reward.mjs'),
    'export const reward = (answers) => answers.map(({ completion }) => completion.split("o").length - 1);\n',
  );
});
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));

const lora = { use_peft: true, lora_r: 3, lora_alpha: 6, lora_target_modules: 'all-linear', learning_rate: 1e-2 };
const sampling = {
  reward_function: 'reward.mjs',
  response_length: 6,
  per_device_train_batch_size: 8,
  temperature: 1,
  max_length: 48,
};

const METHODS: Readonly<Record<string, Record<string, unknown>>> = {
  sft: {},
  dpo: {},
  kto: { dataset: 'unpaired.jsonl' },
  reward: {},
  online_dpo: { ...sampling, annotator: 'reward_function' },
  ppo: { ...sampling, num_ppo_epochs: 1 },
  rloo: { ...sampling, num_ppo_epochs: 1 },
};

const adapterIn = (folder: string): Record<string, Float32Array> => {
  const file = openSafetensors(join(folder, 'adapter_model.safetensors'));
  return Object.fromEntries([...file.entries.keys()].map((name) => [name, file.float32(name)]));
};

/** Trains and tells which reference was named. */
async function train(config: Record<string, unknown>, how: TrainOptions = {}) {
  let reference: string | null | undefined;
  const logs: string[] = [];
  const onEvent = (event: TrainEvent) => {
    if (event.type === 'started') reference = event.reference;
    if (event.type === 'log') logs.push(event.text);
  };
  const document = await toy.train({ ...lora, ...config }, { ...how, onEvent });
  return { document, reference, logs };
}

describe.each(Object.entries(METHODS))('%s', (method, config) => {
  const options = { method, max_steps: 4, ...config };
  const out = () => join(toy.folder, `lora-${method}`);
  let whole: RunDocument;
  beforeAll(async () => {
    whole = (await train(options, { out: out() })).document;
  });

  it('moves every B and leaves an adapter that opens by its folder alone', () => {
    const tensors = adapterIn(out());
    const moved = Object.entries(tensors).filter(
      ([name, data]) => name.includes('lora_B') && data.some((x) => x !== 0),
    );
    expect(moved.length).toBe(14);
    expect(existsSync(join(out(), 'model.safetensors'))).toBe(false);
    expect(JSON.parse(readFileSync(join(out(), 'adapter_config.json'), 'utf8'))).toMatchObject({
      peft_type: 'LORA',
      task_type: method === 'reward' ? 'SEQ_CLS' : 'CAUSAL_LM',
      r: 3,
      lora_alpha: 6,
      base_model_name_or_path: join(toy.folder, 'model'),
    });
    const { model, adapterPath } = loadModel(out(), { head: 'any' });
    expect(adapterPath).toBe(out());
    for (const [name, data] of Object.entries(tensors)) expect(model.adapter?.weights.get(name)).toEqual(data);
  });

  it('gives the same bits twice, and resumed in the middle', async () => {
    expect(curveOf((await train(options)).document)).toEqual(curveOf(whole));
    const cut = join(toy.folder, `cut-${method}`);
    const first = (await train(options, { out: cut, stopAfter: 2 })).document;
    expect(first.status).toBe('stopped');
    expect(loadModel(join(cut, 'checkpoint-2'), { head: 'any' }).model.adapter?.pairs.size).toBe(14);
    const second = (await train(options, { out: cut, resume: true })).document;
    expect([...curveOf(first), ...curveOf(second)]).toEqual(curveOf(whole));
    expect(adapterIn(cut)).toEqual(adapterIn(out()));
  });
});

describe('lora_dropout', () => {
  const options = { method: 'sft', max_steps: 4, lora_dropout: 0.4, eval_dataset: 'pairs.jsonl', eval_steps: 2 };

  it('is applied by SFT, follows from the seed, and goes on after a stop with the same bits', async () => {
    const whole = (await train(options)).document;
    expect(curveOf((await train(options)).document)).toEqual(curveOf(whole));
    expect(curveOf((await train({ ...options, lora_dropout: undefined })).document)).not.toEqual(curveOf(whole));
    const cut = join(toy.folder, 'cut-dropout');
    const first = (await train(options, { out: cut, stopAfter: 2 })).document;
    const second = (await train(options, { out: cut, resume: true })).document;
    expect([...curveOf(first), ...curveOf(second)]).toEqual(curveOf(whole));
    const config = JSON.parse(readFileSync(join(cut, 'adapter_config.json'), 'utf8'));
    expect(config.lora_dropout).toBe(0.4);
  });

  it('is not applied to held-out rows', async () => {
    const out = join(toy.folder, 'dropout-held');
    const { document } = await train({ ...options, max_steps: 2, learning_rate: 0.05 }, { out });
    const seen = document.evaluations.at(-1)?.metrics.eval_loss;
    // what the saved adapter, which has no dropout, says of the same rows before its first step
    const again = await train({ ...options, adapter: 'dropout-held', max_steps: 1, learning_rate: 1e-12 });
    expect(again.document.evaluations[0].metrics.eval_loss).toBeCloseTo(Number(seen), 5);
  });

  it('is kept and said not to be applied where TRL has disable_dropout', async () => {
    const dropped = await train({ method: 'dpo', lora_dropout: 0.4, max_steps: 2 });
    expect(dropped.logs.join()).toContain('lora_dropout 0.4 is kept');
    const plain = await train({ method: 'dpo', max_steps: 2 });
    expect(curveOf(dropped.document)).toEqual(curveOf(plain.document));
  });
});

describe('the reference', () => {
  it('of a fresh adapter is the model with the adapter off', async () => {
    const { document, reference } = await train({ method: 'dpo' });
    expect(reference).toBe('model (the new adapter switched off)');
    expect(document.steps[0].metrics.loss).toBeCloseTo(Math.LN2, 6);
  });

  it('of an adapter that training starts from is a frozen copy of it; ref_model names another', async () => {
    const out = join(toy.folder, 'start');
    await train({ method: 'sft', max_steps: 6 }, { out });
    const self = await train({ method: 'dpo', adapter: 'start' });
    expect(self.reference).toBe('model with start as it starts');
    expect(self.document.steps[0].metrics.loss).toBeCloseTo(Math.LN2, 6);
    const off = await train({ method: 'dpo', adapter: 'start', ref_model: 'model' });
    expect(off.reference).toBe('model');
    expect(Math.abs(Number(off.document.steps[0].metrics['rewards/chosen']))).toBeGreaterThan(1e-3);
    const live = await train({ method: 'dpo', adapter: 'start', precompute_ref_log_probs: false });
    expect(curveOf(live.document)).toEqual(curveOf(self.document));
  });

  it('an adapter folder as the model goes on with that adapter', async () => {
    const named = await train({ method: 'dpo', model: 'start' });
    const given = await train({ method: 'dpo', adapter: 'start' });
    expect(named.reference).toBe('start as it starts');
    expect(curveOf(named.document)).toEqual(curveOf(given.document));
  });

  it('without use_peft an adapter folder is merged and trained whole', async () => {
    const { document, logs } = await train({
      method: 'dpo',
      model: 'start',
      use_peft: undefined,
      lora_r: undefined,
      lora_alpha: undefined,
      lora_target_modules: undefined,
    });
    expect(logs.join()).toContain('start is an adapter: it is merged into its base model');
    expect(existsSync(join(document.output_dir, 'model.safetensors'))).toBe(true);
  });
});

describe('settings', () => {
  it.each([
    [{ adapter: 'start', lora_dropout: 0.1 }, 'lora_dropout is 0.1, the adapter that training starts from has 0'],
    [{ use_dora: true }, 'DoRA is not supported'],
    [{ adapter: 'start', lora_r: 7 }, 'lora_r is 7, the adapter that training starts from has 3'],
    [{ adapter: 'start', use_peft: false }, 'adapter names where LoRA starts from, but use_peft is false'],
    [{ method: 'dpo', sync_ref_model: true }, 'with LoRA leave it out'],
    [{ lora_target_modules: ['nothing'] }, 'match no module'],
    [
      { adapter: 'model' },
      'an adapter folder (adapter_config.json and adapter_model.safetensors) was expected, this is a whole model',
    ],
    [{ method: 'reward', adapter: 'start' }, 'is an adapter of a language model'],
  ])('%j', async (changes, message) => {
    await expect(train({ method: 'sft', ...changes })).rejects.toThrow(message);
  });

  it.each([
    [null, 'adapter_config.json names no base model'],
    ['/nowhere/base', 'this is an adapter for "/nowhere/base", which is not here'],
  ])('an adapter whose base is %j says what to open', async (base, message) => {
    await train({ method: 'sft', max_steps: 1 }, { out: join(toy.folder, 'lost') });
    const path = join(toy.folder, 'lost', 'adapter_config.json');
    const config = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...config, base_model_name_or_path: base }));
    expect(() => loadModel(join(toy.folder, 'lost'))).toThrow(message);
  });

  it("PEFT's defaults by family, and settings without use_peft are said to be idle", async () => {
    const { document } = await train({
      method: 'sft',
      lora_target_modules: undefined,
      lora_r: undefined,
      max_steps: 1,
    });
    expect(Object.keys(adapterIn(document.output_dir)).filter((name) => name.includes('q_proj')).length).toBe(4);
    expect(
      adapterIn(document.output_dir)['base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight'].length,
    ).toBe(16 * 16);
    const { logs } = await train({ method: 'sft', use_peft: undefined, max_steps: 1 });
    expect(logs.join()).toContain('without use_peft these have no effect: lora_r, lora_alpha, lora_target_modules');
  });
});

it('merged, the model scores as with the adapter beside it', async () => {
  const { model } = loadModel(join(toy.folder, 'start'));
  const scored = async (each: typeof model) => {
    const scorer = await createScorer(each, { weights: 'frozen', maxPositions: 16, threads: 1 });
    const [found] = await scorer.score([[3, 5, 8, 2, 9, 40]]);
    await scorer.close();
    return [...found];
  };
  const merged = await scored(mergeAdapter(model));
  (await scored(model)).forEach((logp, i) => {
    expect(logp).toBeCloseTo(merged[i], 5);
  });
});
