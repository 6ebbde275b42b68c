/** `plumb train --plan`, the built program: what a run will need is told, and nothing is trained. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { PlanDocument } from '../../src/main/commands/train-plan.ts';
import type { RunDetail } from '../../src/preload/contract/index.ts';
import { document, plumb } from './plumb.ts';

const model = fileURLToPath(new URL('../golden/models/llama', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-plan-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('gives memory by what it is for and the time of a step, as a document and for people', async () => {
  const config = join(folder, 'dpo.json');
  const options = { method: 'dpo', model, dataset: 'nowhere.jsonl', max_length: 64, use_peft: true, output_dir: 'out' };
  writeFileSync(config, JSON.stringify(options));
  const { plan } = await document<PlanDocument>('train', config, '--plan', '--home', home);
  expect(plan).toMatchObject({ method: 'dpo', sequences: 16, length: 64, parameters: 46_240 });
  expect(plan.peak_memory_bytes).toBe(Object.values(plan.memory).reduce((sum, bytes) => sum + bytes, 0));
  expect(plan.flops_per_step).toBeGreaterThan(2 * 2 * plan.parameters * 16 * 64 * 0.5);
  expect(plan.seconds_per_step).toBeGreaterThan(0);
  const whole = (parts: Readonly<Record<string, number>>) => Object.values(parts).reduce((sum, x) => sum + x, 0);
  expect(whole(plan.step_seconds)).toBeCloseTo(plan.seconds_per_step ?? Number.NaN, 12);
  // no data to count, no steps named
  expect(plan).toMatchObject({ steps: null, seconds_per_run: null });
  expect(plan.fits).toBe(true);
  expect(plan.with_gradient_checkpointing?.memory.activations).toBeLessThan(plan.memory.activations);
  const { out, code } = await plumb('train', config, '--plan', '--home', home);
  expect(code).toBe(0);
  expect(out).toMatch(/peak memory at full length: about \d+\.\d\d GB/);
  expect(out).toMatch(
    /it fits: \d+\.\d\d GB are free\nwith gradient_checkpointing: true about \d+\.\d\d GB, a step about/,
  );
  expect(existsSync(join(folder, 'out'))).toBe(false);
});

it('is made again by the run itself, kept, and shown beside what the run took', async () => {
  const pairs = Array.from({ length: 8 }, (_, i) => ({ prompt: `ask ${i}`, chosen: ` yes ${i}`, rejected: ' no' }));
  writeFileSync(join(folder, 'pairs.jsonl'), pairs.map((row) => JSON.stringify(row)).join('\n'));
  const config = join(folder, 'run.json');
  const options = {
    method: 'dpo',
    model: 'helpful-reference',
    dataset: 'pairs.jsonl',
    max_steps: 3,
    output_dir: 'kept',
  };
  writeFileSync(config, JSON.stringify({ ...options, gradient_checkpointing: true, per_device_train_batch_size: 4 }));
  const { plan } = await document<PlanDocument>('train', config, '--plan', '--home', home);
  expect(plan.steps).toBe(3);
  expect(plan.run_seconds.reference).toBeGreaterThan(0);
  expect(plan.seconds_per_run).toBeCloseTo(
    Object.values(plan.run_seconds).reduce((sum, x) => sum + x, 0),
    12,
  );
  const told = await plumb('train', config, '--plan', '--home', home);
  expect(told.out).toMatch(/the run of 3 steps: about [\d.e-]+ s\n {2}\w+ +[\d.e-]+ s\n/);
  const { run, seconds_per_step } = await document<{ run: string; seconds_per_step: number }>(
    'train',
    config,
    '--home',
    home,
  );
  expect(seconds_per_step).toBeGreaterThan(0);
  const shown = await document<RunDetail>('runs', 'show', run, '--home', home);
  expect(shown.plan).toMatchObject({ sequences: 8, gradientCheckpointing: true });
  expect(shown.secondsPerStep).toBe(seconds_per_step);
  const ratio = (shown.peakMemoryBytes ?? 0) / (shown.plan?.peakMemoryBytes ?? Number.NaN);
  expect(ratio).toBeGreaterThan(0.3);
  expect(ratio).toBeLessThan(2);
  const { out } = await plumb('runs', 'show', run, '--home', home);
  expect(out).toMatch(/peak memory: planned \d\.\d\d GB, measured \d\.\d\d GB \(\d\.\d\d of the plan\)/);
  expect(out).toMatch(
    /a step: planned [\d.e-]+ s, measured [\d.e-]+ s \([\d.]+ of the plan\)\ngradient checkpointing was on/,
  );
});
