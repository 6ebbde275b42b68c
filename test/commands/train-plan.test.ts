/** `plumb train --plan`, the built program: what a run will need is told, and nothing is trained. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { PlanDocument } from '../../src/main/commands/train-plan.ts';
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
  const { out, code } = await plumb('train', config, '--plan', '--home', home);
  expect(code).toBe(0);
  expect(out).toMatch(/peak memory at full length: about \d+\.\d\d GB/);
  expect(existsSync(join(folder, 'out'))).toBe(false);
});
