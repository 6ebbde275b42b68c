/** Namespaces `versions`, `edits` and `quality` over a real host: what the page asks for, and a report made in a process of its own. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Host, openHost } from '../../src/main/host/host.ts';
import { resolveWorkspace } from '../../src/main/host/workspace.ts';
import { forkJobs, forkProcesses } from '../../src/main/jobs/spawn.ts';
import type {
  DerivedVersion,
  ExportChoice,
  ExportedVersion,
  LineageNode,
  OperationEntry,
  PairFacets,
  PairLine,
  PendingEdit,
  QualityReport,
} from '../../src/preload/contract/index.ts';
import { type Connection, connect, serve } from '../../src/preload/contract/rpc.ts';
import { newPair, rowsOf, storeRows } from '../data/datasets/stored.ts';
import { portPair } from './open-test-host.ts';

let host: Host;
let connection: Connection;
let close: () => Promise<void>;
let versionId: string;
let home: string;

const ROWS = 400;
beforeAll(() => {
  const workspace = resolveWorkspace(mkdtempSync(join(tmpdir(), 'plumb-versions-')));
  home = workspace.home;
  host = openHost({
    kind: 'browser',
    workspace,
    spawn: forkJobs(resolve(import.meta.dirname, '../../src/main/worker.ts')),
    spawnGeneration: forkProcesses(resolve(import.meta.dirname, '../../src/main/generator.ts')),
  });
  const [page, back] = portPair();
  const stop = serve(back, host.handle);
  connection = connect(page);
  close = async () => {
    stop();
    await host.close();
    rmSync(workspace.home, { recursive: true, force: true });
  };
  const rows = Array.from({ length: ROWS }, (_, i) =>
    newPair({
      prompt: `prompt ${i}`,
      chosen: `good answer ${i}`,
      rejected: i % 40 === 0 ? `good answer ${i}` : `bad ${i}`,
      tie: i % 10 === 0,
      annotator: i % 3 === 0 ? 'ada' : 'bob',
    }),
  );
  versionId = storeRows(host.store, 'base', rows).version.id;
});
afterAll(() => close());

const call = <T>(name: string, input: object) => connection.call(name, input) as Promise<T>;
const stream = <T>(name: string, input: object, onEvent: (event: unknown) => void = () => undefined) =>
  connection.stream(name, input, onEvent).done as Promise<T>;

describe('quality', () => {
  it('is measured in another process, with progress, and is there the next time', async () => {
    expect(await call('quality.report', { versionId })).toBe(null);
    const events: unknown[] = [];
    const settings = { model: 'helpful-reference', maxLength: 64 };
    const report = await stream<QualityReport>('quality.measure', { versionId, settings }, (event) =>
      events.push(event),
    );
    expect(report.findings.find(({ id }) => id === 'identical-answers')).toMatchObject({ count: 10, warns: true });
    expect(report.histograms[0].unit).toBe('tokens');
    expect(events).toContainEqual(expect.objectContaining({ total: ROWS }));
    expect(await call('quality.report', { versionId })).toEqual(report);
    expect(await call('quality.rowsOf', { versionId, checks: ['identical-answers', 'ties'] })).toEqual({ rows: 40 });
    const query = { check: 'identical-answers' };
    const page = await call<{ total: number; rows: PairLine[] }>('datasets.pairLines', {
      versionId,
      offset: 0,
      limit: 3,
      query,
    });
    expect([page.total, page.rows.map(({ index }) => index)]).toEqual([10, [0, 40, 80]]);
  });

  it('does not hold up the host, and ends when the page goes', async () => {
    const many = Array.from({ length: 30_000 }, (_, i) =>
      newPair({ prompt: `p ${i}`, chosen: `a b c ${i}`, rejected: `d e f ${i}` }),
    );
    const { id } = storeRows(host.store, 'many', many).version;
    let asked = 0;
    const handle = connection.stream('quality.measure', { versionId: id, settings: {} }, () => asked++);
    while (asked === 0) await new Promise((done) => setTimeout(done, 20));
    const started = performance.now();
    await call('system.info', {});
    expect(performance.now() - started).toBeLessThan(1000);
    handle.close();
    await handle.done;
    await new Promise((done) => setTimeout(done, 500));
    expect(await call('quality.report', { versionId: id })).toBe(null);
  });

  it('with a model that does not exist, or of a version that does not, says so', async () => {
    await expect(stream('quality.measure', { versionId, settings: { model: 'none' } })).rejects.toThrow(
      'There is no model "none"',
    );
    await expect(stream('quality.measure', { versionId: 'x', settings: {} })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(stream('quality.measure', { versionId, settings: { against: ['none'] } })).rejects.toThrow(
      'there is no dataset "none"',
    );
  });
});

describe('edits', () => {
  it('wait on the disk, change nothing, and become one version', async () => {
    const edit = (index: number, verdict: string | null) => call('edits.set', { versionId, index, verdict });
    await edit(1, 'b');
    await edit(2, 'tie');
    await edit(3, 'b');
    await edit(3, null);
    await edit(2, 'b');
    await edit(10, 'a');
    expect(await call<PendingEdit[]>('edits.list', { versionId })).toEqual([
      { index: 1, verdict: 'b' },
      { index: 2, verdict: 'b' },
      { index: 10, verdict: 'a' },
    ]);
    const before = rowsOf(host.store, versionId);
    const made = await stream<DerivedVersion>('edits.save', { versionId });
    expect(made).toMatchObject({ dataset: 'base', version: 2, rows: ROWS });
    const after = rowsOf(host.store, made.versionId);
    expect(after[1]).toMatchObject({ chosen: before[1].rejected, rejected: before[1].chosen });
    expect(after[10].tie).toBe(false);
    expect(
      after.filter((row, i) => JSON.stringify(row) !== JSON.stringify(before[i])).map(({ index }) => index),
    ).toEqual([1, 2, 10]);
    expect(rowsOf(host.store, versionId)).toEqual(before);
    expect(await call('edits.list', { versionId })).toEqual([]);
    await expect(stream('edits.save', { versionId })).rejects.toThrow('No edits wait');
    await expect(edit(ROWS, 'a')).rejects.toThrow(`base@1 has ${ROWS} rows, no row ${ROWS}.`);
    await edit(5, 'b');
    await call('edits.discard', { versionId });
    expect(await call('edits.list', { versionId })).toEqual([]);
  });
});

describe('versions', () => {
  it('are derived from the filters of the table, those of a check as numbers', async () => {
    const query = { check: 'identical-answers', search: '', tags: [] };
    const request = { operation: 'filter', params: { query }, parents: [versionId], names: ['same'] };
    const [made] = await stream<DerivedVersion[]>('versions.derive', request);
    expect(made.rows).toBe(10);
    const again = await stream<QualityReport>('quality.measure', { versionId, settings: {} });
    expect(again.settings.model).toBe(null);
    expect(await stream('versions.repeat', { versionId: made.versionId })).toEqual({
      contentHash: made.contentHash,
      matches: true,
    });
    const { datasetId } = made;
    const nodes = await call<LineageNode[]>('versions.lineage', { datasetId });
    expect(nodes.find(({ dataset }) => dataset === 'same')).toMatchObject({
      depth: 1,
      recipe: 'filtered from base@1: identical answers',
    });
    expect(await stream('versions.diff', { before: versionId, after: made.versionId })).toMatchObject({
      same: 10,
      removed: 390,
    });
    await expect(stream('versions.derive', { ...request, operation: 'none' })).rejects.toMatchObject({
      code: 'bad_params',
    });
  });

  it('tell what they can be filtered by, and which operations there are', async () => {
    expect(await call<PairFacets>('versions.facets', { versionId })).toMatchObject({
      annotators: [{ name: 'bob' }, { name: 'ada' }],
    });
    const operations = await call<OperationEntry[]>('versions.operations', {});
    expect(operations.map(({ id }) => id)).toEqual([
      'filter',
      'edit',
      'dedupe',
      'split',
      'merge',
      'sample',
      'flip-noise',
    ]);
    expect(operations.every(({ params }) => typeof params.properties === 'object')).toBe(true);
  });
});

describe('export', () => {
  it('offers the formats that hold the rows, and writes a folder of its own each time', async () => {
    const formats = await call<ExportChoice[]>('versions.formats', { versionId });
    expect(formats.map(({ format }) => format)).toContain('kto');
    const events: unknown[] = [];
    const out = await stream<ExportedVersion>('versions.export', { versionId, format: 'trl' }, (event) =>
      events.push(event),
    );
    const folder = join(home, 'exports', 'base-v1-trl');
    expect(out).toMatchObject({ folder, rows: ROWS, leftOut: 0, files: [{ name: 'base-v1.jsonl' }] });
    expect(readFileSync(join(folder, 'base-v1.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(ROWS);
    const again = await stream<ExportedVersion>('versions.export', { versionId, format: 'sharegpt' });
    expect(again.files.map(({ name }) => name).sort()).toEqual(['base-v1.jsonl', 'dataset_info.json']);
    const second = await stream<ExportedVersion>('versions.export', { versionId, format: 'trl' });
    expect(second.folder).toBe(`${folder}-2`);
    // ties have no place among good and bad answers
    expect(await stream('versions.export', { versionId, format: 'kto' })).toMatchObject({ leftOut: 40, rows: 360 });
  });

  it('ended half way, or refused, leaves nothing', async () => {
    const before = readdirSync(join(home, 'exports'));
    const handle = connection.stream('versions.export', { versionId, format: 'csv' }, () => undefined);
    handle.close();
    await handle.done.catch(() => undefined);
    await expect(stream('versions.export', { versionId: 'none', format: 'csv' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(stream('versions.export', { versionId, format: 'none' })).rejects.toThrow('unknown');
    await expect(stream('versions.export', { versionId, format: 'csv', folderId: 'x' })).rejects.toMatchObject({
      code: 'unknown_file',
    });
    await expect.poll(() => readdirSync(join(home, 'exports')), { timeout: 5000 }).toEqual(before);
    expect(existsSync(join(home, 'exports', 'base-v1-csv'))).toBe(false);
  });
});
