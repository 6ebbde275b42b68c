/** A plan against what the run then takes, each in a process of its own: with a live reference, with LoRA and with gradient checkpointing. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { methods } from '../../src/main/train/methods/index.ts';
import { runTraining } from '../../src/main/train/run.ts';
import type { RunPlan } from '../../src/preload/contract/runs.ts';
import { tinyBench, writeTinyModel } from './tiny-model.ts';

/** Measured over planned. */
const MEMORY = { least: 1 / 1.6, most: 1.35 };
/** Processor time, which other work slows through caches and memory alone; the plan's own look at the machine's speed meets it as busy as it is. */
const TIME = { least: 1 / 10, most: 4 };

const fixture = fileURLToPath(new URL('../fixtures/measured-run.ts', import.meta.url));
const words = Array.from({ length: 40 }, (_, i) => `word${i}`);
const textOf = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => words[(i * 7 + seed * 13) % words.length]).join(' ');
const PAIRS = Array.from({ length: 24 }, (_, i) => ({
  prompt: textOf(20, i),
  chosen: ` ${textOf(90 + (i % 4) * 10, i + 1)}`,
  rejected: ` ${textOf(80 + (i % 5) * 10, i + 2)}`,
}));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-planned-'));
  writeTinyModel(join(folder, 'model'), words, {
    hidden_size: 192,
    intermediate_size: 640,
    num_hidden_layers: 8,
    max_position_embeddings: 512,
  });
  writeFileSync(join(folder, 'pairs.jsonl'), PAIRS.map((row) => JSON.stringify(row)).join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Measured {
  readonly plan: RunPlan;
  readonly peakMemoryBytes: number;
  readonly secondsPerStep: number;
  /** Of one thread. */
  readonly processorSecondsPerStep: number;
}

function measured(config: Record<string, unknown>): Measured {
  const whole = {
    model: 'model',
    dataset: 'pairs.jsonl',
    max_steps: 3,
    max_length: 384,
    eval_strategy: 'no',
    ...config,
  };
  const out = execFileSync(process.execPath, [fixture, folder, JSON.stringify(whole)], { encoding: 'utf8' });
  return JSON.parse(out) as Measured;
}

const found = new Map<string, Measured>();
const SHAPES: Readonly<Record<string, Record<string, unknown>>> = {
  'DPO of all weights, 4 pairs': { method: 'dpo', per_device_train_batch_size: 4 },
  'DPO of all weights, 4 pairs, gradient checkpointing': {
    method: 'dpo',
    per_device_train_batch_size: 4,
    gradient_checkpointing: true,
  },
  'DPO with a live reference': { method: 'dpo', per_device_train_batch_size: 4, precompute_ref_log_probs: false },
  'SFT with LoRA, 8 rows': { method: 'sft', per_device_train_batch_size: 8, use_peft: true, lora_r: 4 },
};

it.each(Object.entries(SHAPES))('%s: memory and time of a step come out near the plan', (name, config) => {
  const run = measured(config);
  found.set(name, run);
  const { plan, peakMemoryBytes, secondsPerStep, processorSecondsPerStep } = run;
  const memory = peakMemoryBytes / plan.peakMemoryBytes;
  const time = processorSecondsPerStep / (plan.secondsPerStep ?? Number.NaN);
  expect(secondsPerStep).toBeGreaterThan(0);
  expect(memory).toBeGreaterThan(MEMORY.least);
  expect(memory).toBeLessThan(MEMORY.most);
  expect(time).toBeGreaterThan(TIME.least);
  expect(time).toBeLessThan(TIME.most);
});

it('gradient checkpointing takes less memory than without, planned and measured', () => {
  const [kept, again] = [...found.values()];
  expect(again.plan.gradientCheckpointing).toBe(true);
  expect(again.peakMemoryBytes).toBeLessThan(0.8 * kept.peakMemoryBytes);
  expect(again.plan.peakMemoryBytes).toBeLessThan(0.8 * kept.plan.peakMemoryBytes);
});

it('switches checkpointing on by itself where the run would not fit, and warns where that is not asked for', async () => {
  const bench = tinyBench(words);
  writeFileSync(join(bench.folder, 'pairs.jsonl'), PAIRS.map((row) => JSON.stringify(row)).join('\n'));
  const logOf = async (gradient_checkpointing: boolean | 'auto', memoryLimit: number) => {
    const lines: string[] = [];
    const plans: boolean[] = [];
    const config = {
      method: 'dpo',
      model: 'model',
      dataset: 'pairs.jsonl',
      max_steps: 1,
      max_length: 60,
      per_device_train_batch_size: 8,
      gradient_checkpointing,
    };
    await runTraining(methods.get('dpo'), config, {
      run: 'test',
      outputDir: join(bench.folder, `${gradient_checkpointing}-${memoryLimit}`),
      resolvePath: (path) => join(bench.folder, path),
      resume: false,
      threads: 1,
      signal: new AbortController().signal,
      memoryLimit,
      onLog: (text) => lines.push(text),
      onEvent: (event) => {
        if (event.type === 'planned') plans.push(event.plan.recompute);
      },
    });
    return { lines: lines.join('\n'), plans };
  };
  expect(await logOf('auto', 1e12)).toMatchObject({ lines: '', plans: [false] });
  const tight = await logOf('auto', 1e6);
  expect(tight.plans).toEqual([true]);
  expect(tight.lines).toMatch(/gradient checkpointing is on: without it .* and 0\.00 GB are free/);
  expect(tight.lines).toMatch(/this run may not fit: .*smaller per_device_train_batch_size/);
  const warned = await logOf(false, 1e6);
  expect(warned.plans).toEqual([false]);
  expect(warned.lines).toMatch(/this run may not fit: .*gradient_checkpointing: true needs less memory/);
  bench.remove();
});
