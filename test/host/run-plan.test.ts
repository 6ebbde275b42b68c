/** What a run will need, asked of a real host. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ImportReport, RunPlan } from '../../src/preload/contract/index.ts';
import { openTestHost, REAL_WORKER, type TestHost } from './open-test-host.ts';

let test: TestHost;
beforeEach(() => {
  test = openTestHost({ worker: REAL_WORKER });
});
afterEach(() => test.close());

const call = (name: string, input: unknown = {}) => test.connection.call(name, input);
const CONFIG = { method: 'dpo', model: 'helpful-reference', dataset: 'pairs', per_device_train_batch_size: 4 };
type Plans = { plan: RunPlan; checkpointed: RunPlan | null };
const planOf = (config: object) => call('runs.plan', { config }) as Promise<Plans>;

async function importPairs(words: number): Promise<void> {
  const path = join(test.workspace.home, 'pairs.jsonl');
  const rows = Array.from({ length: 12 }, (_, i) => ({
    prompt: `Question ${i}?`,
    chosen: ` ${'yes '.repeat(words + (i % 3))}`,
    rejected: ' no',
  }));
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  const { fileId } = test.host.files.add(path);
  const stream = test.connection.stream('datasets.import', { fileId, name: 'pairs' }, () => undefined);
  expect(((await stream.done) as ImportReport).rowsAccepted).toBe(12);
}

it('works out memory and time from the rows of the data, and what gradient checkpointing would change', async () => {
  await importPairs(10);
  const { plan, checkpointed } = await planOf(CONFIG);
  expect(plan.sequences).toBe(8);
  expect(plan.length).toBeGreaterThan(10);
  expect(plan.length).toBeLessThan(120);
  expect(plan.peakMemoryBytes).toBe(Object.values(plan.memory).reduce((sum, bytes) => sum + bytes, 0));
  expect(plan.secondsPerStep).toBeGreaterThan(0);
  expect(plan.memoryLimitBytes).toBeGreaterThan(plan.peakMemoryBytes);
  expect(checkpointed?.memory.activations).toBeLessThan(plan.memory.activations);
  expect(checkpointed?.flopsPerStep).toBeGreaterThan(plan.flopsPerStep);
  const on = await planOf({ ...CONFIG, gradient_checkpointing: true });
  expect(on).toMatchObject({ plan: { gradientCheckpointing: true }, checkpointed: null });
  // a smaller batch needs less
  const smaller = await planOf({ ...CONFIG, per_device_train_batch_size: 1 });
  expect(smaller.plan.memory.activations).toBeLessThan(0.5 * plan.memory.activations);
});

it('foretells the parts of a step and of the run, evaluations and the stored reference among them', async () => {
  await importPairs(10);
  const { plan } = await planOf({ ...CONFIG, num_train_epochs: 2, eval_dataset: 'pairs', eval_steps: 2 });
  // 12 rows, 4 a step; evaluated at 0, 2, 4 and 6
  expect(plan.steps).toBe(6);
  const { steps = 0, reference, evaluations } = plan.runTime ?? {};
  expect(steps).toBeCloseTo(6 * (plan.secondsPerStep ?? Number.NaN), 9);
  expect(reference).toBeGreaterThan(0);
  // 12 rows four times, in passes of 4: twelve passes
  const { passes = 0, operators = 0 } = plan.time ?? {};
  expect(evaluations).toBeCloseTo(12 * (passes + operators), 9);
  expect(plan.secondsPerRun).toBeCloseTo(
    Object.values(plan.runTime ?? {}).reduce((a, b) => a + b, 0),
    9,
  );
  const live = await planOf({ ...CONFIG, precompute_ref_log_probs: false });
  expect(live.plan.runTime?.reference).toBe(0);
  expect(live.plan.time?.reference).toBeGreaterThan(0);
});

it('foretells sampling as well, waits for nobody, and refuses what a start would refuse', async () => {
  const { plan } = await planOf({ method: 'ppo', model: 'helpful-reference', task: 'helpful' });
  expect(plan.secondsPerStep).toBeGreaterThan(plan.time?.sampling ?? Number.NaN);
  const asked = { method: 'online_dpo', model: 'helpful-reference', task: 'helpful', annotator: 'human' };
  expect((await planOf(asked)).plan).toMatchObject({ secondsPerStep: null, secondsPerRun: null });
  await expect(planOf({ ...CONFIG, modl: 'x' })).rejects.toMatchObject({ code: 'bad_config' });
  await expect(planOf(CONFIG)).rejects.toMatchObject({ code: 'not_found' });
});

it('is worked out elsewhere: the host answers others meanwhile', async () => {
  await planOf({ method: 'ppo', model: 'helpful-reference', task: 'helpful' });
  const before = performance.eventLoopUtilization();
  await planOf({ method: 'ppo', model: 'helpful-reference', task: 'helpful' });
  const { active, idle } = performance.eventLoopUtilization(before);
  expect(active).toBeLessThan(idle);
});
