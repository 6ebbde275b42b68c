/** A run that was interrupted, however often and wherever, equals one that was not: metrics, evaluations, samples and weights, bit for bit. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/main/train/load-model.ts';
import { type Bench, curve, tinyBench, weightsOf } from './tiny-model.ts';

const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large', 'old', 'new', 'warm', 'cold'];
const pairs = words.map((word, i) => ({
  prompt: `name a ${word} thing :`,
  chosen: ` a ${word} ${words[(i + 3) % words.length]} ball`,
  rejected: ` no ${words[(i + 5) % words.length]}`,
}));

let bench: Bench;
beforeAll(() => {
  bench = tinyBench(pairs.flatMap((p) => [p.prompt, p.chosen, p.rejected]));
  const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(join(bench.folder, 'pairs.jsonl'), lines(pairs));
  writeFileSync(join(bench.folder, 'held.jsonl'), lines(pairs.slice(0, 3)));
});
afterAll(() => bench.remove());

/** 11 rows in batches of 2 × 2: three steps an epoch, the last of them smaller. */
const base = {
  model: 'model',
  dataset: 'pairs.jsonl',
  eval_dataset: 'held.jsonl',
  eval_steps: 2,
  sample_prompts: 2,
  sample_max_new_tokens: 6,
  learning_rate: 3e-3,
  lr_scheduler_type: 'cosine',
  warmup_steps: 2,
  weight_decay: 0.1,
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 2,
  max_steps: 8,
  max_length: 48,
};

const KINDS = {
  sft: { method: 'sft' },
  dpo: { method: 'dpo' },
  'dpo with a reference that moves': { method: 'dpo', sync_ref_model: true, ref_model_sync_steps: 3 },
  'dpo with several losses': { method: 'dpo', loss_type: ['bco_pair', 'sft'], loss_weights: [1, 0.2] },
} as const;

let number = 0;
const folderOf = () => join(bench.folder, `out-${number++}`);

/** Runs in parts that end after the given steps; evaluations and metrics of all parts together. */
async function inParts(config: Record<string, unknown>, stops: readonly number[]) {
  const out = folderOf();
  const parts = [];
  for (const stopAfter of [...stops, undefined])
    parts.push(await bench.run(config, { out, stopAfter, resume: parts.length > 0 }));
  const last = parts[parts.length - 1];
  return {
    curve: parts.flatMap(curve),
    evaluations: parts.flatMap((p) => p.evaluations),
    weights: weightsOf(last),
    statuses: parts.map((p) => p.status),
  };
}

describe.each(Object.entries(KINDS))('%s', (_name, kind) => {
  const config = { ...base, ...kind };
  let whole: Awaited<ReturnType<typeof inParts>>;
  beforeAll(async () => {
    whole = await inParts(config, []);
  });

  it.each([
    ['at the border of two epochs', [3]],
    ['after the first step, in warm-up, and before the last', [1, 7]],
    ['twice, within epochs', [2, 5]],
  ])('stopped %s', async (_where, stops) => {
    const resumed = await inParts(config, stops);
    expect(resumed.statuses).toEqual([...stops.map(() => 'stopped'), 'finished']);
    expect(resumed.curve).toEqual(whole.curve);
    expect(resumed.evaluations).toEqual(whole.evaluations);
    expect(resumed.weights).toEqual(whole.weights);
  });
});

describe('checkpoints', () => {
  it('what came after the newest one is done again, to the same bits', async () => {
    const config = { ...base, method: 'dpo', save_steps: 3 };
    const whole = await bench.run(config);
    const out = folderOf();
    await bench.run(config, { out, stopAfter: 4 }); // leaves 3 and 4
    rmSync(join(out, 'checkpoint-4'), { recursive: true }); // as after a crash between 3 and 4
    const resumed = await bench.run(config, { out, resume: true });
    expect(curve(resumed)).toEqual(curve(whole).slice(3));
    expect(weightsOf(resumed)).toEqual(weightsOf(whole));
  });

  it('are kept as asked, by steps and by epochs', async () => {
    const kept = async (config: Record<string, unknown>) => {
      const out = folderOf();
      await bench.run({ ...base, method: 'sft', sample_prompts: 0, ...config }, { out });
      return readdirSync(out)
        .filter((name) => name.startsWith('checkpoint-'))
        .sort();
    };
    expect(await kept({ save_steps: 2, save_total_limit: 2 })).toEqual(['checkpoint-4', 'checkpoint-6']);
    expect(await kept({ save_steps: 2, save_total_limit: null })).toHaveLength(3);
    expect(await kept({ save_steps: 0.5 })).toEqual(['checkpoint-4']);
    expect(await kept({ save_strategy: 'epoch' })).toEqual(['checkpoint-3', 'checkpoint-6']);
    expect(await kept({ save_strategy: 'no', save_steps: 1 })).toEqual([]);
  });

  it('half-written ones are no checkpoints', async () => {
    const config = { ...base, method: 'sft' };
    const out = folderOf();
    await bench.run(config, { out, stopAfter: 2 });
    for (const name of ['.checkpoint-5.new', 'checkpoint-x', '.checkpoint-2.old-1']) mkdirSync(join(out, name));
    const resumed = await bench.run(config, { out, resume: true });
    expect(resumed.steps[0].step).toBe(3);
  });

  it('one that was damaged says so, and names the file', async () => {
    const config = { ...base, method: 'sft' };
    const out = folderOf();
    await bench.run(config, { out, stopAfter: 2 });
    writeFileSync(join(out, 'checkpoint-2', 'optimizer.safetensors'), 'not a safetensors file');
    await expect(bench.run(config, { out, resume: true })).rejects.toThrow(/checkpoint-2.optimizer\.safetensors/);
  });

  it('each is a model that loads, with its tokenizer', async () => {
    const out = folderOf();
    await bench.run({ ...base, method: 'dpo', save_steps: 1, save_total_limit: null }, { out, stopAfter: 3 });
    for (const step of [1, 2, 3]) {
      const { model, tokenizer } = loadModel(join(out, `checkpoint-${step}`));
      expect([...model.weights.values()].every((data) => data.every(Number.isFinite))).toBe(true);
      expect(tokenizer.decode(tokenizer.encode('a red ball').ids)).toBe('a red ball');
    }
    expect(existsSync(join(out, 'model.safetensors'))).toBe(false);
  });
});

/** What a pair has one of; token averages of DPO (entropy, logits) are TRL's means of batches. */
const PER_PAIR = /loss|rewards|logps/;

describe('evaluation', () => {
  it.each([
    [{ eval_strategy: 'no' }, []],
    [{ eval_strategy: 'epoch' }, [0, 3, 6, 8]],
    [{ eval_steps: 3 }, [0, 3, 6, 8]],
    [{ eval_steps: 0.25 }, [0, 2, 4, 6, 8]],
    [{ eval_steps: 0 }, [0, 8]],
  ])('%j', async (config, steps) => {
    const { evaluations } = await bench.run({ ...base, method: 'sft', sample_prompts: 0, ...config });
    expect(evaluations.map((e) => e.step)).toEqual(steps);
  });

  it('gives the same numbers in batches of any size', async () => {
    const losses = async (method: string, size: number) => {
      const { evaluations } = await bench.run({
        ...base,
        method,
        sample_prompts: 0,
        max_steps: 1,
        per_device_eval_batch_size: size,
      });
      return evaluations.map(({ metrics }) => metrics);
    };
    for (const method of ['sft', 'dpo']) {
      const [one, three] = [await losses(method, 1), await losses(method, 3)];
      one.forEach((metrics, i) => {
        for (const [name, value] of Object.entries(metrics).filter(([name]) => method === 'sft' || PER_PAIR.test(name)))
          expect(three[i][name], `${method} ${name}`).toBeCloseTo(Number(value), 5);
      });
    }
  });

  it('changes no number of the training', async () => {
    const silent = await bench.run({ ...base, method: 'dpo', eval_strategy: 'no', sample_prompts: 0 });
    const watched = await bench.run({ ...base, method: 'dpo', eval_steps: 1 });
    expect(curve(silent)).toEqual(curve(watched));
    expect(weightsOf(silent)).toEqual(weightsOf(watched));
  });
});
