/** Real training beside a person: online DPO that waits for ratings, in two runs at once and with offline DPO between its steps, ends at the bits it reaches alone. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../src/main/data/store/open.ts';
import { waitingItems } from '../../src/main/data/store/rating-items.ts';
import { getRun, type RunRecord } from '../../src/main/data/store/runs.ts';
import type { WritableStore } from '../../src/main/data/store/store.ts';
import { prepareWorkspace, resolveWorkspace } from '../../src/main/host/workspace.ts';
import { giveRatings } from '../../src/main/jobs/rating-desk.ts';
import { JobRunner } from '../../src/main/jobs/runner.ts';
import { forkJobs } from '../../src/main/jobs/spawn.ts';
import type { RatingItem } from '../../src/preload/contract/ratings.ts';
import { writeTinyModel } from '../train/tiny-model.ts';

const STEPS = 3;
let folder: string;
let store: WritableStore;
let runner: JobRunner;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-rated-training-'));
  const colours = ['red', 'green', 'blue'];
  writeTinyModel(
    join(folder, 'model'),
    colours.map((colour) => `name a ${colour} thing : a warm old ball`),
  );
  const rows = (of: (colour: string) => object) => colours.map((colour) => JSON.stringify(of(colour))).join('\n');
  writeFileSync(
    join(folder, 'prompts.jsonl'),
    rows((colour) => ({ prompt: `name a ${colour} thing :` })),
  );
  writeFileSync(
    join(folder, 'pairs.jsonl'),
    rows((colour) => ({ prompt: `name a ${colour} thing :`, chosen: ' a warm ball', rejected: ' old' })),
  );
  const workspace = resolveWorkspace(join(folder, 'home'));
  mkdirSync(workspace.home);
  prepareWorkspace(workspace);
  store = openStore(workspace.database);
  const spawn = forkJobs(resolve(import.meta.dirname, '../../src/main/worker.ts'));
  runner = new JobRunner({ store, workspace, spawn, threadsOf: () => 1, cores: () => 1 }).start();
});
afterAll(async () => {
  await runner.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const common = { model: 'model', max_length: 48, learning_rate: 1e-2, per_device_train_batch_size: 3 };

const begin = (name: string, config: Record<string, unknown>): string =>
  runner.create({
    name,
    method: String(config.method),
    config: { ...common, ...config },
    baseFolder: folder,
    outputDir: join(folder, name),
  });

const beginAsking = (name: string) =>
  begin(name, {
    method: 'online_dpo',
    dataset: 'prompts.jsonl',
    annotator: 'human',
    max_steps: STEPS,
    temperature: 1,
    response_length: 8,
    sample_prompts: 0,
  });

function record(id: string): RunRecord {
  const run = getRun(store, id);
  if (!run) throw new Error(`no run ${id}`);
  return run;
}

async function untilAsked(id: string, step: number): Promise<readonly RatingItem[]> {
  await expect
    .poll(() => waitingItems(store, id, 9).filter((item) => item.step === step).length, { timeout: 60_000 })
    .toBe(3);
  return waitingItems(store, id, 9);
}

/** One firm taste: the same pairs get the same ratings whenever they are shown. */
function rate(id: string, items: readonly RatingItem[]): void {
  const rating = (item: RatingItem) => ({
    verdict: item.a < item.b ? ('a' as const) : ('b' as const),
    qualityA: null,
    qualityB: null,
    comment: null,
    rater: 'ada',
  });
  giveRatings(
    store,
    items.map((item) => ({ item, rating: rating(item) })),
  );
  runner.ratingsChanged(id);
}

const weightsOf = (name: string) => readFileSync(join(folder, name, 'model.safetensors')).toString('base64');

it('others train while it waits, and it learns the same', async () => {
  const alone = beginAsking('alone');
  for (let step = 0; step < STEPS; step++) rate(alone, await untilAsked(alone, step));
  await runner.idle();
  expect(record(alone)).toMatchObject({ status: 'finished', step: STEPS, error: null });

  const [first, second] = [beginAsking('first'), beginAsking('second')];
  for (let step = 0; step < STEPS; step++) {
    // both wait at once on the one core, and a third run uses it
    const items = [await untilAsked(first, step), await untilAsked(second, step)];
    const between = begin(`between-${step}`, {
      method: 'dpo',
      dataset: 'pairs.jsonl',
      max_steps: 2,
      sample_prompts: 0,
    });
    rate(first, items[0]);
    rate(second, items[1]);
    expect([record(between).status, record(first).status, record(second).status]).toEqual([
      'running',
      'queued',
      'queued',
    ]);
    await expect.poll(() => record(between).status, { timeout: 60_000 }).toBe('finished');
  }
  await runner.idle();
  for (const [id, name] of [
    [first, 'first'],
    [second, 'second'],
  ]) {
    expect(record(id)).toMatchObject({ status: 'finished', step: STEPS, error: null });
    expect(weightsOf(name)).toBe(weightsOf('alone'));
  }
}, 240_000);
