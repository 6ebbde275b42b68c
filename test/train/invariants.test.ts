/** What must hold for every trainer whatever the data: analytic start, repeatability, accumulation, resume, stop. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModelFolder } from '../../src/main/data/checkpoints/huggingface.ts';
import { openSafetensors } from '../../src/main/data/checkpoints/safetensors.ts';
import { initLanguageModel } from '../../src/main/engine/models/language-model.ts';
import { loadModel } from '../../src/main/train/load-model.ts';
import { methods } from '../../src/main/train/methods/index.ts';
import { type RunDocument, runTraining } from '../../src/main/train/run.ts';
import { END, writeTinyModel } from './tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-train-'));
const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large', 'old', 'new', 'warm'];
const pairs = Array.from({ length: 10 }, (_, i) => ({
  prompt: `name a ${words[i]} thing :`,
  chosen: ` a ${words[i]} ${words[(i + 3) % 10]} ball`,
  rejected: ` no ${words[(i + 5) % 10]}`,
}));

beforeAll(() => {
  writeTinyModel(
    join(folder, 'model'),
    pairs.flatMap((p) => [p.prompt, p.chosen, p.rejected]),
  );
  writeFileSync(join(folder, 'pairs.jsonl'), pairs.map((p) => JSON.stringify(p)).join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let number = 0;

interface Extra {
  out?: string;
  resume?: boolean;
  stopAfter?: number;
  method?: string;
}

function run(
  config: Record<string, unknown>,
  { out, resume = false, stopAfter, method = 'dpo' }: Extra = {},
): Promise<RunDocument> {
  const controller = new AbortController();
  const outputDir = out ?? join(folder, `run-${number++}`);
  const base = {
    method,
    model: 'model',
    dataset: 'pairs.jsonl',
    learning_rate: 1e-3,
    per_device_train_batch_size: 4,
    max_length: 48,
  };
  return runTraining(
    methods.get(method),
    { ...base, ...config },
    {
      run: 'test',
      outputDir,
      resolvePath: (p) => join(folder, p),
      resume,
      threads: 1,
      signal: controller.signal,
      onProgress: (step) => {
        if (step === stopAfter) controller.abort();
      },
    },
  );
}

const weightsOf = (document: RunDocument): Record<string, Float32Array> => {
  const file = openSafetensors(join(document.output_dir, 'model.safetensors'));
  return Object.fromEntries([...file.entries.keys()].map((name) => [name, file.float32(name)]));
};

/** The same metrics whatever the wall clock. */
const curve = (document: RunDocument) => document.steps.map(({ step, metrics }) => ({ step, metrics }));

describe('offline DPO', () => {
  it('starts at ln 2 with margin 0 when the reference is the policy itself', async () => {
    const { steps } = await run({ max_steps: 1 });
    expect(steps[0].metrics.loss).toBeCloseTo(Math.LN2, 6);
    expect(steps[0].metrics['rewards/margins']).toBeCloseTo(0, 5);
  });

  it('evaluates before step 0 at ln 2 as well, and after the last step', async () => {
    const { evaluations } = await run({ max_steps: 2, eval_dataset: 'pairs.jsonl' });
    expect(evaluations.map((e) => e.step)).toEqual([0, 2]);
    expect(evaluations[0].metrics.eval_loss).toBeCloseTo(Math.LN2, 6);
    expect(evaluations[1].metrics.eval_loss).toBeLessThan(Math.LN2 - 1e-3);
  });

  it('widens the margin it trains on', async () => {
    const { steps } = await run({ max_steps: 30 });
    expect(steps.at(-1)?.metrics['rewards/margins']).toBeGreaterThan(0.05);
    expect(steps.at(-1)?.metrics.loss).toBeLessThan(0.67);
  });

  it('refuses label_smoothing where the loss has no use for it, and names losses that do', async () => {
    await expect(run({ label_smoothing: 0.1 })).rejects.toThrow(
      'sigmoid does not use label_smoothing. Choose a loss that does: cdpo',
    );
  });

  it('cdpo starts at ln 2 too and stays above the entropy of its labels', async () => {
    const { steps } = await run({ loss_type: 'cdpo', label_smoothing: 0.2, max_steps: 40, learning_rate: 5e-3 });
    const floor = -(0.8 * Math.log(0.8) + 0.2 * Math.log(0.2));
    expect(steps[0].metrics.loss).toBeCloseTo(Math.LN2, 6);
    expect(steps.at(-1)?.metrics.loss).toBeGreaterThan(floor - 1e-6);
    expect(steps.at(-1)?.metrics.loss).toBeLessThan(0.69);
  });

  it('an unknown option is an error that names the nearest known one', async () => {
    await expect(run({ leraning_rate: 1 })).rejects.toThrow(
      'unknown option "leraning_rate"; did you mean "learning_rate"?',
    );
  });
});

describe.each(['dpo', 'sft'])('%s', (method) => {
  const dataset = { dataset: 'pairs.jsonl', max_steps: 5 };

  it('gives the same bits twice with the same seed, and others with another', async () => {
    const a = await run(dataset, { method });
    const b = await run(dataset, { method });
    const c = await run({ ...dataset, seed: 1 }, { method });
    expect(curve(a)).toEqual(curve(b));
    expect(weightsOf(a)).toEqual(weightsOf(b));
    expect(weightsOf(a)).not.toEqual(weightsOf(c));
  });

  it('8 rows at once equal accumulation over 8 times one', async () => {
    const together = await run({ ...dataset, shuffle: false, per_device_train_batch_size: 8 }, { method });
    const apart = await run(
      { ...dataset, shuffle: false, per_device_train_batch_size: 1, gradient_accumulation_steps: 8 },
      { method },
    );
    together.steps.forEach((step, i) => {
      expect(apart.steps[i].metrics.loss, `loss of step ${i}`).toBeCloseTo(Number(step.metrics.loss), 5);
      expect(apart.steps[i].metrics.grad_norm, `norm of step ${i}`).toBeCloseTo(Number(step.metrics.grad_norm), 4);
    });
  });

  it('resumed in the middle it equals the uninterrupted run bit for bit', async () => {
    const whole = await run({ ...dataset, max_steps: 7 }, { method });
    const out = join(folder, `resumed-${method}`);
    const first = await run({ ...dataset, max_steps: 7 }, { method, out, stopAfter: 3 });
    expect(first.status).toBe('stopped');
    const second = await run({ ...dataset, max_steps: 7 }, { method, out, resume: true });
    expect(second.status).toBe('finished');
    expect([...curve(first), ...curve(second)]).toEqual(curve(whole));
    expect(weightsOf(second)).toEqual(weightsOf(whole));
  });

  it('a stopped run leaves a checkpoint that loads as a model', async () => {
    const out = join(folder, `stopped-${method}`);
    await run({ ...dataset, max_steps: 9 }, { method, out, stopAfter: 2 });
    const loaded = loadModel(join(out, 'checkpoint-2'));
    expect(loaded.model.config.layers).toBe(2);
    expect(loaded.tokenizer.eosToken).toBe(END);
    expect(existsSync(join(out, 'model.safetensors'))).toBe(false);
  });

  it('refuses to resume with other options', async () => {
    const out = join(folder, `other-${method}`);
    await run({ ...dataset, max_steps: 9 }, { method, out, stopAfter: 2 });
    await expect(run({ ...dataset, max_steps: 9, learning_rate: 0.5 }, { method, out, resume: true })).rejects.toThrow(
      'was made with other options',
    );
  });
});

describe('saved models', () => {
  it('save, load and save again give the same weights and a config that names the dtype', async () => {
    const document = await run({ max_steps: 1 });
    const config = JSON.parse(readFileSync(join(document.output_dir, 'config.json'), 'utf8'));
    expect(config.dtype).toBe('float32');
    cpSync(document.output_dir, join(folder, 'copy'), { recursive: true });
    const loaded = loadModel(join(folder, 'copy'));
    for (const [name, data] of Object.entries(weightsOf(document)))
      expect(loaded.model.weights.get(name)).toEqual(data);
  });
});

describe('a tokenizer that knows more tokens than the model', () => {
  it('is refused by the name of the first such token, by training and by loading alike', async () => {
    const small = join(folder, 'small');
    const json = JSON.parse(readFileSync(join(folder, 'model', 'tokenizer.json'), 'utf8'));
    const raw = { ...JSON.parse(readFileSync(join(folder, 'model', 'config.json'), 'utf8')), vocab_size: 258 };
    const model = initLanguageModel(raw, 7);
    writeModelFolder(small, {
      config: raw,
      tensors: new Map(
        model.specs.map((s) => [s.name, { shape: s.shape, data: model.weights.get(s.name) ?? new Float32Array() }]),
      ),
      files: { 'tokenizer.json': JSON.stringify(json) },
    });
    const message = /small: its token ".+" has id \d+, but the model's vocabulary has 258 tokens/;
    await expect(run({ model: 'small', max_steps: 1 })).rejects.toThrow(message);
    const { tokenizer } = loadModel(small);
    expect(() => tokenizer.encode('name a red thing')).toThrow(message);
    expect(tokenizer.encode('\u0001').ids.every((id) => id < 258)).toBe(true);
  });
});
