/** The contract answered by a real host: every namespace, unknown names, wrong input, runs that are watched. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSummary, ImportReport, PairLine, RunEvent, StoredPair } from '../../src/preload/contract/index.ts';
import { openTestHost, type TestHost } from './open-test-host.ts';

let test: TestHost;
beforeEach(() => {
  test = openTestHost();
});
afterEach(() => test.close());

const call = (name: string, input: unknown = {}) => test.connection.call(name, input);

/** Rows enough to page through. */
function preferenceFile(rows = 12): string {
  const path = join(test.workspace.home, 'pairs.jsonl');
  const lines = Array.from({ length: rows }, (_, i) =>
    JSON.stringify({ prompt: `Question ${i}?`, chosen: `yes, ${i}`, rejected: 'no' }),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function imported(): Promise<ImportReport> {
  const { fileId } = test.host.files.add(preferenceFile());
  return (await test.connection.stream('datasets.import', { fileId, name: 'pairs' }, () => undefined)
    .done) as ImportReport;
}

describe('names and inputs', () => {
  it('refuses an unknown name and says the nearest', async () => {
    await expect(call('datasets.lst')).rejects.toMatchObject({
      code: 'unknown_name',
      message: 'unknown name "datasets.lst"; did you mean "datasets.list"?',
    });
    await expect(call('constructor')).rejects.toMatchObject({ code: 'unknown_name' });
  });

  it('refuses a wrong input and names each path', async () => {
    await expect(call('datasets.pairs', { versionId: 7, offset: -1, limit: 10 })).rejects.toMatchObject({
      code: 'invalid_input',
      details: [{ path: ['versionId'] }, { path: ['offset'] }],
    });
  });
});

describe('system and catalogue', () => {
  it('describes machine and workspace without a path', async () => {
    const info = await call('system.info');
    expect(info).toMatchObject({ host: 'browser', version: '0.1.0', capabilities: { nativeDialogs: false } });
    expect(JSON.stringify(info)).not.toContain(test.workspace.home);
  });

  it('sends the status at once and when a run starts', async () => {
    const seen: unknown[] = [];
    const stream = test.connection.stream('system.status', {}, (event) => seen.push(event));
    await expect.poll(() => seen.length).toBe(1);
    expect(seen[0]).toMatchObject({ running: null, queued: 0 });
    test.host.runner.create({ method: 'countdown', config: { steps: 200, sleepMs: 10 } });
    await expect.poll(() => seen.length, { timeout: 500 }).toBeGreaterThan(1);
    expect(seen[1]).toMatchObject({ running: { name: 'countdown-01' } });
    stream.close();
  });

  it('lists methods with their options as JSON Schema', async () => {
    const methods = (await call('catalogue.methods')) as { id: string; params: { properties: object } }[];
    expect(methods.map((m) => m.id)).toContain('dpo');
    expect(methods.find((m) => m.id === 'dpo')?.params.properties).toHaveProperty('beta.default', 0.1);
  });

  it('has no dialogs in a browser', async () => {
    await expect(call('files.pick', { title: 'x', extensions: [] })).rejects.toMatchObject({ code: 'no_dialogs' });
  });
});

describe('datasets', () => {
  it('numbers that a page would round come as text', async () => {
    const file = join(test.workspace.home, 'wide.jsonl');
    writeFileSync(file, '{"prompt":"q","chosen":"a","rejected":"b","id":12345678901234567890,"ids":[1]}\n');
    const { fileId } = test.host.files.add(file);
    const metadata = { id: '12345678901234567890', ids: [1] };
    expect(await call('datasets.preview', { fileId })).toMatchObject({ rows: [{ metadata }] });
    const importing = test.connection.stream('datasets.import', { fileId, name: 'wide' }, () => undefined);
    const { versionId } = (await importing.done) as ImportReport;
    const page = await call('datasets.pairs', { versionId, offset: 0, limit: 5 });
    expect(page).toMatchObject({ total: 1, rows: [{ metadata }] });
  });

  it('previews, imports, lists, pages, reports and removes', async () => {
    const { fileId } = test.host.files.add(preferenceFile());
    expect(await call('datasets.preview', { fileId })).toMatchObject({ rowsRead: 12, pairs: 12 });
    const report = await imported();
    expect(report).toMatchObject({ dataset: 'pairs', version: 1, rowsRead: 12, rowsAccepted: 12 });
    const [dataset] = (await call('datasets.list')) as DatasetSummary[];
    expect(dataset).toMatchObject({ name: 'pairs', rows: 12, kind: 'preference' });
    const page = (await call('datasets.pairs', { versionId: report.versionId, offset: 10, limit: 5 })) as {
      total: number;
      rows: StoredPair[];
    };
    expect(page.total).toBe(12);
    expect(page.rows.map((r) => r.chosen)).toEqual(['yes, 10', 'yes, 11']);
    const asked = { versionId: report.versionId, offset: 1, limit: 2, query: { search: 'YES, 1', descending: true } };
    const lines = (await call('datasets.pairLines', asked)) as { total: number; rows: PairLine[] };
    expect(lines).toMatchObject({ total: 3, rows: [{ index: 10, chosen: 'yes, 10', chosenChars: 7 }, { index: 1 }] });
    expect(await call('datasets.pairLines', { ...asked, query: undefined, offset: 11, limit: 500 })).toMatchObject({
      total: 12,
      rows: [{ index: 11 }],
    });
    expect(await call('datasets.report', { id: report.versionId })).toEqual(report);
    expect(await call('datasets.remove', { id: dataset.id })).toEqual({ ok: true });
    await expect(call('datasets.remove', { id: dataset.id })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('knows files by id only, and never says where they are', async () => {
    await expect(call('datasets.preview', { fileId: '/etc/passwd' })).rejects.toMatchObject({ code: 'unknown_file' });
    const path = join(test.workspace.home, 'broken.jsonl');
    writeFileSync(path, '{"prompt": \n');
    const { fileId } = test.host.files.add(path);
    const error = await call('datasets.preview', { fileId }).catch((e: Error) => e.message);
    expect(error).toContain('broken.jsonl');
    expect(error).not.toContain(test.workspace.home);
  });
});

describe('runs', () => {
  it('refuses unknown options, unknown names and every path', async () => {
    const create = (config: object) => call('runs.create', { config });
    await expect(create({ method: 'dpo', modl: 'x', dataset: 'pairs' })).rejects.toMatchObject({
      code: 'bad_config',
      message: 'unknown option "modl"; did you mean "model"?',
    });
    await expect(create({ method: 'dpo', model: '/etc', dataset: 'pairs' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(create({ method: 'dpo', model: 'm', dataset: 'd', output_dir: '/tmp/x' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await call('runs.list')).toEqual([]);
  });

  it('lists, watches, steers and removes', async () => {
    const changes: unknown[] = [];
    test.connection.stream('runs.changes', {}, (event) => changes.push(event));
    const id = test.host.runner.create({ method: 'countdown', config: { steps: 400, sleepMs: 10 } });
    const events: RunEvent[] = [];
    const watch = test.connection.stream('runs.watch', { id }, (event) => events.push(event as RunEvent));
    await expect.poll(() => events.some((e) => e.type === 'metrics'), { timeout: 30_000 }).toBe(true);
    expect(events[0]).toMatchObject({ type: 'summary', run: { id } });
    await call('runs.pause', { id });
    await expect.poll(() => call('runs.get', { id }), { timeout: 20_000 }).toMatchObject({ status: 'paused' });
    await call('runs.resume', { id });
    await call('runs.stop', { id });
    await test.host.runner.idle();
    watch.close();
    const detail = await call('runs.get', { id });
    expect(detail).toMatchObject({ status: 'stopped', config: { steps: 400 }, checkpoints: [{ bytes: 10 }] });
    expect(detail).not.toHaveProperty('outputDir');
    const { points } = (await call('runs.metrics', { id })) as { points: unknown[] };
    expect(points.length).toBeGreaterThan(0);
    const said = ((await call('runs.log', { id })) as { text: string }[]).map(({ text }) => text);
    expect(said.slice(0, 3)).toEqual([expect.stringMatching(/^started: \d+ steps/), 'from 0', 'paused']);
    expect(said.at(-1)).toMatch(/^stopped at step \d+$/);
    expect(await call('runs.samples', { id })).toEqual([]);
    expect(await call('runs.remove', { id })).toEqual({ ok: true });
    await expect(call('runs.get', { id })).rejects.toMatchObject({ code: 'not_found' });
    expect(existsSync(join(test.workspace.runs, 'countdown-01'))).toBe(false);
    expect(changes.length).toBeGreaterThan(2);
  });

  it('has no results at first, and only the models that come with the program, which stay', async () => {
    expect(await call('results.list')).toEqual([]);
    const models = (await call('models.list')) as { id: string; name: string; origin: string; parameters: number }[];
    expect(models.map(({ name }) => name)).toEqual(
      ['enumerable', 'harmless', 'helpful', 'tldr'].map((task) => `${task}-reference`),
    );
    for (const { origin, parameters } of models) expect([origin, parameters > 50_000]).toEqual(['built-in', true]);
    await expect(call('models.remove', { id: models[0].id })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(call('models.remove', { id: 'x' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
