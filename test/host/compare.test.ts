/** The compare namespace over a real store: sets, curves, tables, saved comparisons, the report; and verdicts by a real job. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listComparisons } from '../../src/main/data/store/comparisons.ts';
import { getQueueItem } from '../../src/main/data/store/queues.ts';
import { removeRun } from '../../src/main/data/store/runs.ts';
import { type Host, openHost } from '../../src/main/host/host.ts';
import { registerModel } from '../../src/main/host/model-registry.ts';
import { gridOf } from '../../src/main/host/sweep.ts';
import { resolveWorkspace, type Workspace } from '../../src/main/host/workspace.ts';
import { forkJobs, forkProcesses } from '../../src/main/jobs/spawn.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { TASK_MODEL, writeTaskModel } from '../../src/main/train/task-model.ts';
import type { CallName, Input, Output } from '../../src/preload/contract/index.ts';
import { insertMade, type Made, runId } from '../fixtures/compared-runs.ts';

let workspace: Workspace;
let host: Host;

beforeEach(() => {
  workspace = resolveWorkspace(mkdtempSync(join(tmpdir(), 'plumb-compare-')));
  host = openHost({
    kind: 'browser',
    workspace,
    spawn: forkJobs(resolve(import.meta.dirname, '../../src/main/worker.ts')),
    spawnGeneration: forkProcesses(resolve(import.meta.dirname, '../../src/main/generator.ts')),
  });
});
afterEach(async () => {
  await host.close();
  rmSync(workspace.home, { recursive: true, force: true });
});

const call = async <N extends CallName>(name: N, input: Input<N>): Promise<Output<N>> =>
  (await host.handle(name, input, () => undefined, new AbortController().signal)) as Output<N>;

const made = (method: string, beta: number, seed: number, gain: number): Made => ({
  method,
  beta,
  seed,
  gain,
  group: 'sweep',
  steps: 700,
  evaluations: 5,
});
const RUNS = [1, 2, 3].flatMap((seed) => [made('online_dpo', 0.1, seed, 1.4), made('dpo', 0.1, seed, 0.6)]);
const fill = (runs: readonly Made[] = RUNS) => {
  for (const each of runs) insertMade(host.store, workspace.runs, each);
  return runs.map(runId);
};

describe('a set of runs', () => {
  it('is sorted into series, with what they have in common and what differs', async () => {
    const set = await call('compare.open', { runs: fill([...RUNS, made('dpo', 0.3, 1, 0.6)]) });
    expect(set.series.map(({ method, label, runs }) => [method, label, runs.length])).toEqual([
      ['online_dpo', '', 3],
      ['dpo', 'beta 0.1', 3],
      ['dpo', 'beta 0.3', 1],
    ]);
    expect(set.differing).toEqual([{ key: 'beta', values: [0.1, 0.1, 0.3] }]);
    expect(set.axes).toEqual(['step', 'tokens', 'time', 'KL']);
    expect(set.telling).toEqual(['eval_objective/gold', 'eval_objective/kl', 'eval_tokens/responses_len_mean']);
    expect(set.reference).toBe('helpful-reference');
  });

  it('names runs that are gone, and fails only when all are', async () => {
    const [first, ...others] = fill();
    removeRun(host.store, others[0]);
    expect(await call('compare.open', { runs: [first, others[0]] })).toMatchObject({ missing: [others[0]] });
    await expect(call('compare.open', { runs: ['gone'] })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('curves', () => {
  it('are those that the store holds, packed steps and newest ones alike, averaged over seeds', async () => {
    const runs = fill();
    const { charts } = await call('compare.curves', {
      runs,
      metrics: ['loss', 'eval_objective/gold'],
      maxPoints: 1000,
    });
    expect(charts.map(({ metric, lines }) => [metric, ...lines.map(({ x }) => x.length)])).toEqual([
      ['loss', 700, 700],
      ['eval_objective/gold', 6, 6],
    ]);
    const single = await call('runs.metrics', { id: runs[0], maxPoints: 20_000 });
    const seeds = await Promise.all(
      runs.filter((_, i) => i % 2 === 0).map((id) => call('runs.metrics', { id, maxPoints: 20_000 })),
    );
    const at = (step: number) =>
      seeds.map(({ points }) => points.find((p) => p.step === step && !p.evaluation)?.values.loss ?? 0);
    expect(single.points.length).toBeGreaterThan(700);
    for (const step of [1, 256, 257, 700]) {
      const { x, mean, low } = charts[0].lines[0];
      const values = at(step);
      expect(mean[x.indexOf(step)]).toBeCloseTo(values.reduce((a, b) => a + b) / 3, 12);
      expect(low[x.indexOf(step)]).toBe(Math.min(...values));
    }
  });

  it('over tokens and time stand where the run was at that step', async () => {
    const [id] = fill();
    const tokens = await call('compare.curves', { runs: [id], metrics: ['loss'], axis: 'tokens' });
    expect(tokens.charts[0].lines[0].x.slice(0, 2)).toEqual([512, 1024]);
    const time = await call('compare.curves', { runs: [id], metrics: ['loss'], axis: 'time' });
    expect(time.charts[0].lines[0].x[1]).toBeCloseTo(0.1, 10);
  });
});

describe('the table', () => {
  it('pairs metrics by seed and samples by prompt, and marks what is better', async () => {
    const runs = fill();
    const set = await call('compare.open', { runs });
    const { rows } = await call('compare.table', { runs, baseline: set.series[1].key });
    const gold = rows.find(({ id }) => id === 'gold');
    expect(gold).toMatchObject({
      metric: 'eval_objective/gold',
      cells: [{ best: true }, { best: false, difference: null }],
    });
    const difference = gold?.cells[0]?.difference;
    expect(difference?.value).toBeCloseTo(0.8, 0);
    expect(difference?.low).toBeGreaterThan(0);
    const length = rows.find(({ id }) => id === 'sample-length');
    expect(length?.cells[0]?.value).toBe(37);
    // one prompt of twelve is cut off
    expect(rows.find(({ id }) => id === 'sample-ended')?.cells[0]?.value).toBeCloseTo(11 / 12, 12);
    // rewards of different methods may come from different judges
    expect(rows.some(({ id }) => id === 'sample-reward')).toBe(false);
  });
});

describe('saved comparisons', () => {
  it('are kept as they were looked at, renamed, and refused under a name that is taken', async () => {
    const runs = fill();
    const view = { runs, axis: 'KL', hidden: ['x'], metrics: ['loss'], logY: true } as const;
    const saved = await call('compare.save', {
      name: ' three methods ',
      view: { ...view, hidden: ['x'], metrics: ['loss'] },
    });
    expect(saved).toMatchObject({ name: 'three methods', view: { ...view, band: 'min–max', judge: 'gold' } });
    await expect(call('compare.save', { name: 'three methods', view: { runs } })).rejects.toMatchObject({
      code: 'invalid_input',
      details: { key: 'name', id: saved.id },
    });
    await expect(call('compare.save', { name: ' ', view: { runs } })).rejects.toThrow(/needs a name/);
    await call('compare.save', { id: saved.id, name: 'two methods', view: { runs } });
    expect(await call('compare.saved', {})).toMatchObject([
      { id: saved.id, name: 'two methods', view: { axis: 'step' } },
    ]);
    await call('compare.forget', { id: saved.id });
    expect(await call('compare.saved', {})).toEqual([]);
    await expect(call('compare.forget', { id: saved.id })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the report', () => {
  it('is one file that refers to nothing, runs nothing, and takes hostile names as text', async () => {
    const runs = fill();
    const { name, html } = await call('compare.report', { name: '<script>alert(1)</script>', view: { runs } });
    expect(name).toBe('-script-alert-1-script-.html');
    const plain = html.replaceAll('http://www.w3.org/2000/svg', '').replaceAll('http://www.w3.org/1999/xlink', '');
    expect(plain).not.toMatch(/https?:|url\((?!#)|<script|<link|<img|<iframe|@import|\son\w+=/i);
    expect(html).toContain('http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;');
    expect(html.match(/<svg/g)).toHaveLength(5);
    for (const part of ['Reward against KL', 'Gold gained over √KL', 'Peak KL, nats']) expect(html).toContain(part);
    expect(html).not.toContain('<h2>Sweep</h2>');
    for (const id of runs) expect(html).toContain(id);
  });
});

describe('the report of a sweep', () => {
  it('has its options and ends, each line in the colours of the page', async () => {
    const runs = fill([0.1, 0.2, 0.4].map((beta) => made('dpo', beta, 1, beta)));
    const { html } = await call('compare.report', { name: 'sweep', view: { runs } });
    const [, sweep] = html.split('<h2>Sweep</h2>');
    expect(sweep).toContain('>beta</text>');
    const drawing = sweep.slice(0, sweep.indexOf('</svg>'));
    expect(drawing).toMatch(/stroke="var\(--pl-/);
  });
});

describe('over-optimisation', () => {
  it('is gold gained over √KL of every evaluation, with a fit over all seeds', async () => {
    const runs = fill([...RUNS, { ...made('ppo', 0.1, 1, 1), evaluations: 0 }]);
    const set = await call('compare.open', { runs });
    const found = await call('compare.overoptimisation', { runs });
    // the run that was never evaluated has nothing to show
    expect(found.map(({ series }) => series)).toEqual(set.series.slice(0, 2).map(({ key }) => key));
    const [first] = found;
    expect(first.points).toHaveLength(3 * 6);
    expect(first.points[0]).toEqual({ step: 0, distance: 0, gold: 0 });
    const end = first.points[5];
    // KL (4 + gain) / (10 β) at the end, gold up by the gain
    expect(end.distance).toBeCloseTo(Math.sqrt(5.4), 6);
    expect(end.gold).toBeGreaterThan(1);
    expect(first.fit?.r2).toBeGreaterThan(0.9);
  });
});

describe('a judge', () => {
  const fillModels = () => {
    const runs = fill();
    for (const each of RUNS) {
      const folder = join(workspace.models, runId(each));
      mkdirSync(folder, { recursive: true });
      writeTaskModel(folder, tasks.get('helpful'), { ...TASK_MODEL, seed: each.seed });
      registerModel(host.store, workspace, folder, {
        name: runId(each),
        origin: 'run',
        runId: runId(each),
        parent: null,
      });
    }
    return runs;
  };

  it('is asked by a job, and what it says is kept, read from both sides, and survives its run', async () => {
    const runs = fillModels();
    const { id } = await call('compare.judge', { runs, judge: 'gold', prompts: 12 });
    await host.runner.idle();
    expect(await call('compare.judging', {})).toMatchObject({ id, status: 'finished', step: 7 * 12, error: null });
    const set = await call('compare.open', { runs });
    const [a, b] = set.series.map(({ key }) => key);
    const verdicts = await call('compare.verdicts', { runs });
    expect(verdicts.map((each) => [each.a, each.b]).sort()).toEqual(
      [
        [a, b],
        [a, 'model:helpful-reference'],
        [b, 'model:helpful-reference'],
      ].sort(),
    );
    // the reference was trained, the others were not; three seeds against one are three comparisons a prompt
    const against = verdicts.find((each) => each.a === a && each.b.startsWith('model:'));
    expect(against).toMatchObject({ n: 36, judge: 'gold', task: 'helpful' });
    expect(against?.winRate).toBeLessThan(0.2);
    expect(against?.interval[1]).toBeLessThan(0.5);
    const { rows } = await call('compare.table', { runs, baseline: b });
    const row = rows.find(({ title }) => title === 'Win rate against helpful-reference');
    expect(row?.cells[0]?.value).toBe(against?.winRate);
    await call('runs.remove', { id });
    expect(await call('compare.verdicts', { runs })).toHaveLength(3);
    expect(listComparisons(host.store)).toHaveLength(3);
  }, 120_000);

  it('behind an endpoint of Settings is asked about every two answers, in both orders, with its key', async () => {
    const runs = fillModels();
    const keys = new Set<string | undefined>();
    let questions = 0;
    // the longer answer is the better one, wherever it stands
    const server = createServer((request, response) => {
      keys.add(request.headers.authorization);
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        questions++;
        const text = (JSON.parse(body) as { messages: { content: string }[] }).messages[1].content;
        const lengths = [1, 2].map((n) => new RegExp(`<answer-${n}>([^]*)</answer-${n}>`).exec(text)?.[1].length ?? 0);
        response.end(JSON.stringify({ choices: [{ message: { content: lengths[0] > lengths[1] ? '1' : '2' } }] }));
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
      await call('settings.putJudge', { name: 'local', url, model: 'm', key: 'sesame' });
      await expect(call('compare.judge', { runs, judge: 'llm' })).rejects.toThrow(/needs an endpoint/);
      await expect(call('compare.judge', { runs, judge: 'llm', endpoint: 'lokal' })).rejects.toThrow(
        /no judge named "lokal"; did you mean "local"/,
      );
      const { id } = await call('compare.judge', { runs, judge: 'llm', endpoint: 'local', prompts: 10 });
      await host.runner.idle();
      // seven models answer; three seeds meet three, and each of them the reference
      expect(await call('compare.judging', {})).toMatchObject({ id, status: 'finished', step: 70 + 90, error: null });
      expect([questions, [...keys]]).toEqual([180, ['Bearer sesame']]);
      const verdicts = (await call('compare.verdicts', { runs })).filter(({ judge }) => judge === 'llm');
      expect(verdicts.map(({ n }) => n)).toEqual([30, 30, 30]);
      for (const { lengthA, lengthB, winRate } of verdicts)
        if (Math.abs(lengthA - lengthB) > 2) expect(winRate > 0.5).toBe(lengthA > lengthB);
    } finally {
      server.close();
    }
  }, 120_000);

  it('may be people: their ratings of queues count for the series of the models', async () => {
    const runs = fillModels();
    const set = await call('compare.open', { runs });
    const [a, b] = set.series;
    expect((await call('compare.verdicts', { runs })).filter(({ judge }) => judge === 'human')).toEqual([]);
    const models = [b.models[0], a.models[0]];
    const source = { kind: 'models', models, prompts: { task: 'helpful' }, temperature: 1 } as const;
    const { id } = await call('queues.create', { name: 'two', source, count: 4 });
    await host.runner.idle();
    await call('queues.list', { rater: 'ada' });
    for (const [rater, better] of [
      ['ada', a.models[0]],
      ['ben', a.models[0]],
      ['cy', b.models[0]],
    ])
      for (let item = await call('queues.next', { id, rater }); item; item = await call('queues.next', { id, rater })) {
        const row = getQueueItem(host.store, item.id);
        const text = row?.firstModel === better ? row?.first : row?.second;
        const said = { rater, comment: null, qualityA: null, qualityB: null, itemId: item.id };
        await call('queues.rate', { ...said, verdict: item.a === text ? 'a' : 'b' });
      }
    const [verdict, ...others] = (await call('compare.verdicts', { runs })).filter(({ judge }) => judge === 'human');
    expect(others).toEqual([]);
    // two of three prefer the first series, whichever way round the queue had it; every prompt the same
    expect(verdict).toMatchObject({ a: a.key, b: b.key, n: 12, win: 8, tie: 0, loss: 4, lengthUnit: 'words' });
    expect(verdict.interval).toEqual([expect.closeTo(2 / 3, 10), expect.closeTo(2 / 3, 10)]);
    const { rows } = await call('compare.table', { runs, baseline: b.key, judge: 'human' });
    expect(rows.find(({ id: row }) => row === `win-rate ${b.key}`)?.cells[0]?.value).toBe(verdict.winRate);
  }, 120_000);

  it('needs two sides that answer, and its reward model', async () => {
    const first = fill().slice(0, 1);
    await expect(call('compare.judge', { runs: first, judge: 'gold' })).rejects.toThrow(/Two sides are needed/);
    const runs = RUNS.map(runId);
    for (const each of RUNS) removeRun(host.store, runId(each));
    fillModels();
    await expect(call('compare.judge', { runs, judge: 'reward-model' })).rejects.toThrow(/needs a reward model/);
    await expect(call('compare.judge', { runs, judge: 'nobody' as 'gold' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('what people write on runs', () => {
  it('is added, taken away and replaced, for all or for none', async () => {
    const [a, b] = fill();
    await call('runs.annotate', { ids: [a, b], add: ['june', 'keep'], notes: 'first' });
    await call('runs.annotate', { ids: [a], remove: ['june'] });
    const byId = new Map((await call('runs.list', {})).map((run) => [run.id, run]));
    expect(byId.get(a)).toMatchObject({ tags: ['keep'], notes: 'first' });
    expect(byId.get(b)).toMatchObject({ tags: ['june', 'keep'], notes: 'first' });
    await expect(call('runs.annotate', { ids: [a, 'gone'], add: ['x'] })).rejects.toMatchObject({ code: 'not_found' });
    expect((await call('runs.list', {})).find(({ id }) => id === a)?.tags).toEqual(['keep']);
    await expect(call('runs.annotate', { ids: [a], add: ['a,b'] })).rejects.toThrow(/no comma/);
  });

  it('stands beside the options that tables show', async () => {
    const [a] = fill();
    const { keys, runs } = await call('runs.options', { keys: ['beta', 'nothing'] });
    expect(keys).toEqual(['beta', 'dataset', 'learning_rate', 'max_steps', 'method', 'model', 'seed']);
    expect(runs.find(({ id }) => id === a)?.values).toEqual({ beta: 0.1 });
  });
});

describe('a sweep', () => {
  const config = { method: 'online_dpo', model: 'helpful-reference', task: 'helpful', max_steps: 1 };

  it('refuses everything when one combination is wrong', async () => {
    const vary = [{ key: 'beta', values: [0.1, -1] }];
    await expect(call('runs.sweep', { config, vary, seeds: [1] })).rejects.toThrow(/beta/);
    await expect(call('runs.sweep', { config, vary: [{ key: 'seed', values: [1] }], seeds: [1] })).rejects.toThrow(
      /varied once/,
    );
    const many = { key: 'learning_rate', values: Array.from({ length: 21 }, (_, i) => (i + 1) / 1000) };
    await expect(
      call('runs.sweep', { config, vary: [many], seeds: Array.from({ length: 10 }, (_, i) => i) }),
    ).rejects.toThrow(/210 runs/);
    expect(await call('runs.list', {})).toEqual([]);
  });

  it('is the grid of its values and seeds, in one group', () => {
    expect(gridOf({ config: { method: 'dpo' }, vary: [{ key: 'beta', values: [0.1, 0.3] }], seeds: [1, 2] })).toEqual([
      { method: 'dpo', beta: 0.1, seed: 1 },
      { method: 'dpo', beta: 0.1, seed: 2 },
      { method: 'dpo', beta: 0.3, seed: 1 },
      { method: 'dpo', beta: 0.3, seed: 2 },
    ]);
  });
});
