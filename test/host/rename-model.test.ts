/** A model gets another name on a real host: lineage, verdicts, queues, and a stopped run that trains on, all know it by the new one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertRunComparison, listVerdicts } from '../../src/main/data/store/comparisons.ts';
import { insertRun, updateRun } from '../../src/main/data/store/runs.ts';
import { registerModel } from '../../src/main/host/model-registry.ts';
import { renamedConfig } from '../../src/main/host/rename-model.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { writeTaskModel } from '../../src/main/train/task-model.ts';
import type {
  ModelDetail,
  ModelSummary,
  QueueSummary,
  RunDetail,
  RunSummary,
} from '../../src/preload/contract/index.ts';
import { openTestHost, REAL_WORKER, type TestHost } from './open-test-host.ts';

let test: TestHost;
beforeEach(() => {
  test = openTestHost({ worker: REAL_WORKER });
});
afterEach(() => test.close());

const call = <T>(name: string, input: unknown = {}) => test.connection.call(name, input) as Promise<T>;
const named = async (name: string) =>
  (await call<ModelSummary[]>('models.list')).find((model) => model.name === name) as ModelSummary;
const runOf = (id: string) => call<RunDetail>('runs.get', { id });

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(30);
}

function addModel(name: string, seed: number): void {
  const folder = join(test.workspace.models, name);
  mkdirSync(folder, { recursive: true });
  writeTaskModel(folder, tasks.get('helpful'), { layers: 1, hidden: 32, heads: 2, intermediate: 64, seed });
  registerModel(test.host.store, test.workspace, folder, { name, origin: 'imported', runId: null, parent: null });
}

async function importPairs(): Promise<void> {
  const path = join(test.workspace.home, 'pairs.jsonl');
  const [prompt] = tasks.get('helpful').prompts('train', 1, 1);
  const row = JSON.stringify({ prompt, chosen: ' the box is red .', rejected: ' the box .' });
  writeFileSync(path, `${Array.from({ length: 8 }, () => row).join('\n')}\n`);
  const { fileId } = test.host.files.add(path);
  await test.connection.stream('datasets.import', { fileId, name: 'pairs' }, () => undefined).done;
}

describe('renaming', () => {
  it('a run that was stopped goes on from its checkpoint, and its model has the right parent', async () => {
    addModel('start', 1);
    await importPairs();
    const config = { method: 'dpo', model: 'start', dataset: 'pairs', max_steps: 400, per_device_train_batch_size: 2 };
    const { id } = await call<{ id: string }>('runs.create', { config });
    await until(async () => (await runOf(id)).step >= 2);
    await expect(call('models.rename', { id: (await named('start')).id, name: 'origin' })).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringMatching(/^start keeps its name while /),
    });
    await call('runs.stop', { id });
    await until(async () => (await runOf(id)).status === 'stopped');
    const { step, checkpoints } = await runOf(id);
    expect(checkpoints.map((each) => each.step)).toContain(step);

    expect(await call('models.rename', { id: (await named('start')).id, name: ' origin ' })).toEqual({
      name: 'origin',
    });
    expect(await named('start')).toBeUndefined();
    expect(await runOf(id)).toMatchObject({ model: 'origin', config: { model: 'origin' }, referenceModel: 'origin' });
    await call('runs.resume', { id });
    await until(async () => ['finished', 'failed'].includes((await runOf(id)).status));
    const { status, error, name } = await runOf(id);
    expect([status, error]).toEqual(['finished', null]);
    expect(await named(name)).toMatchObject({ parent: 'origin' });
    const detail = await call<ModelDetail>('models.get', { id: (await named('origin')).id });
    expect(detail.dependents.runs.map((run) => run.id)).toEqual([id]);
  }, 120_000);

  it('verdicts and queues stay those of the model', async () => {
    addModel('a', 1);
    addModel('b', 2);
    const { store } = test.host;
    insertRunComparison(store, {
      ...{ task: 'helpful', a: 'run', b: 'a', aKey: 'key', bKey: 'model:a', judge: 'gold', createdAt: '2026-01-01' },
      ...{ n: 2, win: 1, tie: 0, loss: 1, winRate: 0.5, interval: [0.1, 0.9], meanRewardA: 0, meanRewardB: 0 },
      ...{ lengthControlled: 0.5, lengthA: 3, lengthB: 4 },
    });
    const source = { kind: 'models', models: ['a', 'b'], prompts: { task: 'helpful' }, temperature: 1 };
    const queue = await call<{ id: string }>('queues.create', { name: 'two', source, count: 3 });
    const summary = async () =>
      (await call<QueueSummary[]>('queues.list', { rater: 'ada' })).find(({ id }) => id === queue.id);
    await until(async () => (await call<RunSummary[]>('runs.list')).every(({ status }) => status === 'finished'));
    expect((await summary())?.status).toBe('ready');
    await call('models.rename', { id: (await named('a')).id, name: 'renamed' });
    expect((await summary())?.models).toEqual(['renamed', 'b']);
    expect(listVerdicts(store, ['key', 'model:renamed'])).toHaveLength(1);
    const results = await call<{ pairs: { a: string; b: string }[] }>('queues.results', { id: queue.id });
    expect(results.pairs.map(({ a, b }) => [a, b])).toEqual([['renamed', 'b']]);
  }, 120_000);

  it('refuses names that are none, are taken, or belong to the program; built-in models keep theirs', async () => {
    addModel('a', 1);
    addModel('b', 2);
    const { id } = await named('a');
    const refused = (name: string) => expect(call('models.rename', { id, name })).rejects;
    await refused('../a').toMatchObject({ code: 'invalid_input', message: expect.stringMatching(/letters, digits/) });
    await refused('b').toMatchObject({ code: 'invalid_input', message: 'There is a model named "b" already.' });
    await refused('helpful-reference').toMatchObject({ message: expect.stringMatching(/comes with the program/) });
    await expect(call('models.rename', { id: (await named('helpful-reference')).id, name: 'c' })).rejects.toMatchObject(
      { code: 'invalid_input' },
    );
    expect((await named('a')).id).toBe(id);
  });

  it('a word that is a file beside the config is left alone', async () => {
    addModel('a', 1);
    const folder = join(test.workspace.home, 'elsewhere');
    mkdirSync(join(folder, 'a'), { recursive: true });
    const run = { method: 'dpo', model: null, referenceModel: null, dataset: null, group: null, maxSteps: 1 };
    const shared = { ...run, createdAt: '2026-01-01', outputDir: folder, config: { method: 'dpo', model: 'a' } };
    insertRun(test.host.store, { ...shared, id: 'beside', name: 'beside', baseFolder: folder });
    updateRun(test.host.store, 'beside', { status: 'finished' });
    await call('models.rename', { id: (await named('a')).id, name: 'c' });
    expect((await runOf('beside')).config.model).toBe('a');
  });
});

describe('names within a config', () => {
  it('are found in lists, sides and judges, and nowhere else', () => {
    const judge = { kind: 'reward-model', model: 'a' };
    const config = { model: ['a', 'b'], sides: [{ key: 'a', models: ['a'] }], judge, task: 'a', dataset: 'a' };
    expect(renamedConfig(config, 'a', 'c')).toEqual({
      model: ['c', 'b'],
      sides: [{ key: 'a', models: ['c'] }],
      judge: { kind: 'reward-model', model: 'c' },
      task: 'a',
      dataset: 'a',
    });
    const endpoint = { judge: { kind: 'llm', url: 'http://127.0.0.1/v1', model: 'a' } };
    expect(renamedConfig(endpoint, 'a', 'c')).toBe(endpoint);
  });
});
