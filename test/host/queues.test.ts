/** Queues by a real host and real jobs: models that answer, pairs of a dataset, several raters, a judge beside them, new versions, exports, a kill. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerModel } from '../../src/main/host/model-registry.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { writeTaskModel } from '../../src/main/train/task-model.ts';
import type {
  JudgeVerdict,
  QueueItem,
  QueueResults,
  QueueSummary,
  StoredPair,
  Verdict,
} from '../../src/preload/contract/index.ts';
import { openTestHost, REAL_WORKER, type TestHost } from './open-test-host.ts';

let test: TestHost;
beforeEach(() => {
  test = openTestHost({ worker: REAL_WORKER });
});
afterEach(() => test.close());

const call = (name: string, input: unknown = {}) => test.connection.call(name, input);
const next = (id: string, rater = 'ada') => call('queues.next', { id, rater }) as Promise<QueueItem | null>;
const summary = async (id: string, rater = 'ada') =>
  ((await call('queues.list', { rater })) as QueueSummary[]).find((queue) => queue.id === id);
const results = (id: string) => call('queues.results', { id }) as Promise<QueueResults>;

async function rate(itemId: number, verdict: Verdict, rater = 'ada', more: object = {}): Promise<JudgeVerdict | null> {
  const rating = { itemId, verdict, qualityA: null, qualityB: null, comment: null, rater, ...more };
  return ((await call('queues.rate', rating)) as { judge: JudgeVerdict | null }).judge;
}

/** Longer answers are the chosen ones here. */
async function importPairs(rows = 6): Promise<string> {
  const path = join(test.workspace.home, 'pairs.jsonl');
  const lines = Array.from({ length: rows }, (_, i) =>
    JSON.stringify({ prompt: `Question ${i}?`, chosen: `yes indeed, ${i}`, rejected: `no ${i}`, margin: i + 1 }),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
  const { fileId } = test.host.files.add(path);
  const report = await test.connection.stream('datasets.import', { fileId, name: 'pairs' }, () => undefined).done;
  return (report as { versionId: string }).versionId;
}

async function datasetQueue(more: object = {}): Promise<string> {
  const source = { kind: 'dataset', dataset: 'pairs' };
  const { id } = (await call('queues.create', { name: 'again', source, count: 6, ...more })) as { id: string };
  return id;
}

/** Rates all that is left by a rule on the two texts. */
async function rateAll(id: string, rater: string, rule: (item: QueueItem) => Verdict): Promise<void> {
  for (let item = await next(id, rater); item; item = await next(id, rater)) await rate(item.id, rule(item), rater);
}

/** How many pairs each of them has rated when nothing is left for any. */
async function ratedBy(id: string, raters: readonly string[]): Promise<number[]> {
  for (const rater of raters) await rateAll(id, rater, prefersYes);
  const queue = await summary(id);
  return raters.map((rater) => queue?.raters.find(({ name }) => name === rater)?.ratings ?? 0);
}

const prefersYes = ({ a }: QueueItem): Verdict => (a.startsWith('yes') ? 'a' : 'b');

describe('pairs of a dataset', () => {
  beforeEach(() => importPairs());

  it('are shown one at a time, on sides that are drawn, without a name, and the sides stay', async () => {
    const id = await datasetQueue();
    const first = await next(id);
    expect(first).toMatchObject({ queueId: id, rated: 0, total: 6 });
    expect(JSON.stringify(first)).not.toMatch(/chosen|rejected/);
    expect(await next(id)).toEqual(first);
    const lefts: string[] = [];
    for (const rater of ['ada', 'bob', 'cleo', 'dan'])
      for (let item = await next(id, rater); item; item = await next(id, rater)) {
        lefts.push(item.a.slice(0, 2));
        await rate(item.id, 'tie', rater);
      }
    // 24 draws: 2 in 10 million come out all alike
    expect(new Set(lefts)).toEqual(new Set(['ye', 'no']));
    expect(await next(id)).toBeNull();
    expect(await summary(id)).toMatchObject({ items: 6, rated: 6, status: 'ready', dataset: 'pairs@1' });
  });

  it('are dealt to those who are named: as many to each, the overlap to two, and to nobody else', async () => {
    const id = await datasetQueue({ raters: ['ada', 'bob', 'cleo'], ratersEach: 2, overlapShare: 0.5 });
    expect(await summary(id)).toMatchObject({
      items: 6,
      mine: 3,
      overlap: 3,
      ratersEach: 2,
      dealtTo: ['ada', 'bob', 'cleo'],
    });
    expect(await next(id, 'dan')).toBeNull();
    expect((await next(id, 'ada'))?.total).toBe(3);
    // 3 pairs by two and 3 by one: 9 ratings
    expect(await ratedBy(id, ['ada', 'bob', 'cleo'])).toEqual([3, 3, 3]);
    const { agreement, overlap, alpha } = await results(id);
    expect(overlap).toBe(3);
    // each two of them met once
    expect(agreement.map(({ first, second, n, agreed }) => [first, second, n, agreed])).toEqual([
      ['ada', 'bob', 1, 1],
      ['ada', 'cleo', 1, 1],
      ['bob', 'cleo', 1, 1],
    ]);
    // all said the same: nothing is expected beyond chance, so α is not defined
    expect(alpha).toBeNull();
  });

  it('go to whoever comes until each has enough ratings; one taken back is free again', async () => {
    const id = await datasetQueue({ ratersEach: 2, overlapShare: 0.34 });
    expect(await ratedBy(id, ['ada', 'bob', 'cleo'])).toEqual([6, 2, 0]);
    expect(await summary(id, 'cleo')).toMatchObject({ rated: 0, mine: 0, overlap: 2 });
    await call('queues.undo', { id, rater: 'ada' });
    expect(await next(id, 'cleo')).toMatchObject({ rated: 0, total: 1 });
    expect((await results(id)).overlap).toBe(2);
  });

  it('need as many people as are to rate each', async () => {
    await expect(datasetQueue({ raters: ['ada', 'ada'], ratersEach: 2 })).rejects.toThrow(
      '2 people are to rate each pair, and 1 are named: name more, or ask fewer',
    );
  });

  it('count for the answer, whatever side it was on; quality follows its answer', async () => {
    const id = await datasetQueue();
    for (let item = await next(id); item; item = await next(id)) {
      const yes = item.a.startsWith('yes');
      await rate(item.id, yes ? 'a' : 'b', 'ada', { qualityA: yes ? 5 : 2, qualityB: yes ? 2 : 5 });
    }
    const { pairs, sides } = await results(id);
    expect(pairs).toMatchObject([
      {
        a: 'chosen',
        b: 'rejected',
        rows: [{ by: 'ada', judge: false, n: 6, win: 6, loss: 0, qualityA: 5, qualityB: 2 }],
      },
    ]);
    expect(pairs[0].rows[0].interval[0]).toBeGreaterThan(0.5);
    expect(sides[0]).toMatchObject({ rater: 'ada', decided: 6 });
  });

  it('are skipped to the end, taken back and rated anew; one rating a person', async () => {
    const id = await datasetQueue();
    const first = await next(id);
    await call('queues.skip', { itemId: first?.id, rater: 'ada' });
    const second = await next(id);
    expect(second?.id).not.toBe(first?.id);
    // another rater did not skip it
    expect((await next(id, 'bob'))?.id).toBe(first?.id);
    await rate(second?.id ?? 0, 'a', 'ada', { tags: ['invented detail'] });
    await expect(rate(second?.id ?? 0, 'b')).rejects.toMatchObject({ code: 'already_rated' });
    expect(await call('queues.undo', { id, rater: 'ada' })).toMatchObject({ id: second?.id, rated: 0 });
    expect((await next(id))?.id).toBe(second?.id);
    await expect(call('queues.undo', { id, rater: 'ada' })).rejects.toMatchObject({ code: 'wrong_state' });
    const order: (number | undefined)[] = [];
    for (let item = await next(id); item; item = await next(id)) {
      order.push(item.id);
      await rate(item.id, 'both_bad', 'ada', { tags: ['wrong fact', 'invented detail'] });
    }
    expect(order).toHaveLength(6);
    expect(order.at(-1)).toBe(first?.id);
    expect((await results(id)).tags).toEqual([
      { tag: 'wrong fact', count: 6 },
      { tag: 'invented detail', count: 6 },
    ]);
  });

  it('become a next version as most raters say; who said so stays with the row, and the old version stands', async () => {
    const id = await datasetQueue();
    await expect(call('queues.makeVersion', { id })).rejects.toThrow(/no pair of "again" is rated/);
    const opposite = (item: QueueItem): Verdict => (prefersYes(item) === 'a' ? 'b' : 'a');
    // row 0: all prefer the other answer · row 1: one against one, a tie · row 2: two against one · others: not rated by bob
    const rule = (turned: readonly string[]) => (item: QueueItem) =>
      turned.some((n) => item.prompt === `Question ${n}?`) ? opposite(item) : prefersYes(item);
    await rateAll(id, 'ada', rule(['0', '1', '2']));
    for (const rater of ['bob', 'cleo']) {
      for (let item = await next(id, rater); item; item = await next(id, rater)) {
        const wanted = rater === 'bob' ? ['0', '1', '2'] : ['0', '2'];
        if (!wanted.some((n) => item.prompt === `Question ${n}?`))
          await call('queues.skip', { itemId: item.id, rater });
        else
          await rate(
            item.id,
            rater === 'bob' && item.prompt === 'Question 1?' ? prefersYes(item) : opposite(item),
            rater,
          );
        if ((await summary(id, rater))?.rated === wanted.length) break;
      }
    }
    const made = await call('queues.makeVersion', { id });
    expect(made).toMatchObject({ dataset: 'pairs', version: 2, rows: 6, rated: 6, changed: 3 });
    const { versionId } = made as { versionId: string };
    const { rows } = (await call('datasets.pairs', { versionId, offset: 0, limit: 10 })) as { rows: StoredPair[] };
    expect(rows[0]).toMatchObject({
      chosen: 'no 0',
      rejected: 'yes indeed, 0',
      margin: -1,
      tie: false,
      annotator: 'ada, bob, cleo',
      metadata: { rerated: { queue: 'again', turned: true, verdicts: ['second', 'second', 'second'] } },
    });
    expect(rows[1]).toMatchObject({ chosen: 'yes indeed, 1', tie: true, annotator: 'ada, bob' });
    expect(rows[2]).toMatchObject({ chosen: 'no 2', annotator: 'ada, bob, cleo' });
    expect(rows[3]).toMatchObject({ chosen: 'yes indeed, 3', tie: false, annotator: 'ada', margin: 4 });
    const [{ versions }] = (await call('datasets.list')) as { versions: { recipe: string; number: number }[] }[];
    expect(versions.map(({ number }) => number).sort()).toEqual([1, 2]);
    expect(versions.find(({ number }) => number === 2)?.recipe).toBe(
      '6 pairs of pairs@1 rated anew by ada, bob, cleo in again',
    );
  });

  it('are judged beside the people, who see it after their rating; agreement is told of each two', async () => {
    const id = await datasetQueue({ judge: { kind: 'length' } });
    await expect.poll(async () => (await summary(id))?.judged, { timeout: 30_000 }).toBe(6);
    const item = await next(id);
    expect(JSON.stringify(item)).not.toContain('Longer');
    const longer = (item?.a ?? '').length > (item?.b ?? '').length ? 'a' : 'b';
    expect(await rate(item?.id ?? 0, 'tie')).toEqual({ judge: 'Longer answer', verdict: longer });
    await rateAll(id, 'ada', prefersYes);
    await rateAll(id, 'bob', prefersYes);
    const { pairs, agreement, alpha, overlap } = await results(id);
    expect(pairs[0].rows.map(({ by, judge, win, tie, loss }) => [by, judge, win, tie, loss])).toEqual([
      ['ada', false, 5, 1, 0],
      ['bob', false, 6, 0, 0],
      ['Longer answer', true, 6, 0, 0],
    ]);
    expect(agreement).toMatchObject([
      { first: 'ada', second: 'bob', n: 6, agreed: 5, kappa: 0 },
      { first: 'ada', second: 'Longer answer', n: 6, agreed: 5, kappa: 0 },
      // both always say the same: chance would agree as often
      { first: 'bob', second: 'Longer answer', n: 6, agreed: 6, kappa: null },
    ]);
    expect(overlap).toBe(6);
    expect(alpha).toBeCloseTo(0, 9);
  });

  it('leave for LLM Comparator with scores of each rater, and from the queue’s own sides', async () => {
    const id = await datasetQueue();
    await expect(call('queues.export', { id })).rejects.toThrow(/no pair of "again" is rated/);
    await rateAll(id, 'ada', prefersYes);
    const item = await next(id, 'bob');
    await rate(item?.id ?? 0, 'both_bad', 'bob', { tags: ['wrong fact'], comment: 'both are' });
    const { name, json } = (await call('queues.export', { id })) as { name: string; json: string };
    expect(name).toBe('again.json');
    const document = JSON.parse(json);
    expect(document.models).toEqual([{ name: 'chosen' }, { name: 'rejected' }]);
    expect(document.examples).toHaveLength(6);
    const twice = document.examples.find((each: { tags: string[] }) => each.tags.includes('wrong fact'));
    expect(twice).toMatchObject({
      score: 0.5,
      individual_rater_scores: [{ score: 1 }, { score: 0, rationale: 'bob: both are' }],
    });
    expect(twice.output_text_a).toMatch(/^yes/);
  });

  it('a queue is removed, its ratings are not', async () => {
    const id = await datasetQueue();
    await rateAll(id, 'ada', prefersYes);
    await call('queues.remove', { id });
    expect(await summary(id)).toBeUndefined();
    await expect(next(id)).rejects.toMatchObject({ code: 'not_found' });
    const kept = test.host.store.db.prepare('SELECT count(*) AS n FROM ratings WHERE model_a IS NOT NULL').get();
    expect(kept).toEqual({ n: 6 });
  });

  it('refuses what cannot be: a name twice, no dataset, no model, an empty name', async () => {
    await datasetQueue();
    await expect(datasetQueue()).rejects.toMatchObject({ code: 'name_taken' });
    await expect(datasetQueue({ name: 'x', source: { kind: 'dataset', dataset: 'gone' } })).rejects.toMatchObject({
      code: 'not_found',
    });
    const models = { kind: 'models', models: ['a', 'b'], prompts: { task: 'helpful' } };
    await expect(datasetQueue({ name: 'x', source: models })).rejects.toThrow(/no model named "a"/);
    await expect(datasetQueue({ name: ' ' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('ratings outlive a kill', () => {
  it('all of them, one second after the last', async () => {
    await importPairs();
    const script = resolve(import.meta.dirname, '../fixtures/rate-and-wait.ts');
    const child = spawn(process.execPath, [script, test.workspace.home, 'pairs'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((said) => child.stdout.once('data', said));
    await sleep(1000);
    const gone = new Promise((ended) => child.once('exit', ended));
    child.kill('SIGKILL');
    await gone;
    const [queue] = (await call('queues.list', { rater: 'ada' })) as QueueSummary[];
    expect(queue).toMatchObject({ name: 'killed', items: 5, rated: 3 });
    const rows = test.host.store.db
      .prepare('SELECT verdict, quality_a, comment, tags FROM ratings ORDER BY rowid')
      .all();
    expect(rows).toEqual(
      ['a', 'tie', 'b'].map((verdict) => ({
        verdict,
        quality_a: 4,
        comment: `said ${verdict}`,
        tags: '["wrong fact"]',
      })),
    );
    expect((await next(queue.id))?.rated).toBe(3);
  }, 30_000);
});

describe('answers of models', () => {
  const models = { kind: 'models', models: ['helpful-reference', 'fresh'], prompts: { task: 'helpful' } } as const;
  beforeEach(() => {
    const folder = join(test.workspace.models, 'fresh');
    mkdirSync(folder, { recursive: true });
    writeTaskModel(folder, tasks.get('helpful'));
    registerModel(test.host.store, test.workspace, folder, {
      name: 'fresh',
      origin: 'built-in',
      runId: null,
      parent: null,
    });
  });

  it('are made in a job and kept, judged by gold, and told of no model before they are rated', async () => {
    const wanted = { name: 'ab', source: models, count: 12, judge: { kind: 'gold' } };
    const { id } = (await call('queues.create', wanted)) as { id: string };
    expect(await summary(id)).toMatchObject({ status: 'answering', items: 0 });
    expect(await next(id)).toBeNull();
    await expect.poll(async () => (await summary(id))?.judged, { timeout: 60_000 }).toBe(12);
    for (let item = await next(id); item; item = await next(id)) {
      expect(JSON.stringify(item)).not.toMatch(/fresh|reference/);
      await rate(item.id, 'a');
    }
    const { pairs } = await results(id);
    expect(pairs).toMatchObject([
      {
        a: 'helpful-reference',
        b: 'fresh',
        rows: [
          { by: 'ada', n: 12 },
          { judge: true, n: 12 },
        ],
      },
    ]);
    // an untrained model speaks no sentence of the world
    expect(pairs[0].rows[1].win).toBeGreaterThan(8);
    const stored = test.host.store.db.prepare('SELECT first, second FROM queue_items ORDER BY position').all();
    await call('queues.create', { ...wanted, name: 'same' });
    await expect
      .poll(async () => ((await call('queues.list', { rater: 'x' })) as QueueSummary[])[0].items, { timeout: 60_000 })
      .toBe(12);
    const again = test.host.store.db
      .prepare('SELECT first, second FROM queue_items ORDER BY queue_id = ?, position')
      .all(id)
      .slice(0, 12);
    expect(again).toEqual(stored);
  }, 120_000);

  it('three models are three contests, in a mixed order', async () => {
    const folder = join(test.workspace.models, 'other');
    mkdirSync(folder, { recursive: true });
    writeTaskModel(folder, tasks.get('helpful'));
    registerModel(test.host.store, test.workspace, folder, {
      name: 'other',
      origin: 'built-in',
      runId: null,
      parent: null,
    });
    const source = { ...models, models: ['helpful-reference', 'fresh', 'other'] };
    const { id } = (await call('queues.create', { name: 'abc', source, count: 5 })) as { id: string };
    await expect.poll(async () => (await summary(id))?.items, { timeout: 60_000 }).toBe(15);
    await rateAll(id, 'ada', () => 'tie');
    const { pairs } = await results(id);
    expect(pairs.map(({ a, b }) => [a, b].join()).sort()).toEqual([
      'fresh,other',
      'helpful-reference,fresh',
      'helpful-reference,other',
    ]);
    for (const { rows } of pairs) expect(rows).toMatchObject([{ n: 5, tie: 5, winRate: 0.5 }]);
  }, 120_000);

  it('a language model that likes the first place best is asked in both orders: a tie', async () => {
    const server: Server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ choices: [{ message: { content: '1' } }] }));
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
      const judge = { kind: 'llm', url, model: 'first-best' };
      const { id } = (await call('queues.create', { name: 'llm', source: models, count: 3, judge })) as { id: string };
      await expect.poll(async () => (await summary(id))?.judged, { timeout: 60_000 }).toBe(3);
      const item = await next(id);
      expect(await rate(item?.id ?? 0, 'a')).toEqual({ judge: 'Language model first-best', verdict: 'tie' });
    } finally {
      server.close();
    }
  }, 90_000);

  it('a judge of Settings is asked at its address with its key, whatever the page says of both', async () => {
    const keys = new Set<string | undefined>();
    const server: Server = createServer((request, response) => {
      keys.add(request.headers.authorization);
      request.resume().on('end', () => response.end(JSON.stringify({ choices: [{ message: { content: '2' } }] })));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
      await call('settings.putJudge', { name: 'local', url, model: 'm', key: 'sesame' });
      const judge = { kind: 'llm', url: 'http://127.0.0.1:1/v1', model: 'none', endpoint: 'local' };
      const { id } = (await call('queues.create', { name: 'llm', source: models, count: 3, judge })) as { id: string };
      await expect.poll(async () => (await summary(id))?.judged, { timeout: 60_000 }).toBe(3);
      expect([(await summary(id))?.judge, [...keys]]).toEqual(['Language model m', ['Bearer sesame']]);
      await expect(
        call('queues.create', { name: 'no', source: models, count: 3, judge: { ...judge, endpoint: 'nobody' } }),
      ).rejects.toMatchObject({ code: 'not_found' });
    } finally {
      server.close();
    }
  }, 90_000);

  it('a judge that fails leaves a queue that can be rated, and says why', async () => {
    const judge = { kind: 'llm', url: 'ftp://nowhere', model: 'none' };
    const { id } = (await call('queues.create', { name: 'bad', source: models, count: 3, judge })) as { id: string };
    await expect.poll(async () => (await summary(id))?.error, { timeout: 60_000 }).toMatch(/must be http/);
    expect(await summary(id)).toMatchObject({ status: 'ready', items: 3, judged: 0 });
    expect(await rate((await next(id))?.id ?? 0, 'a')).toBeNull();
  }, 90_000);
});
