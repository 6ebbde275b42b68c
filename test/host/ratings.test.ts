/** The namespace `ratings` over a real host and real job processes: asking, giving, skipping, undoing, another program, a pause and a kill. */
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processIsAlive } from '../../src/main/base/processes.ts';
import { readLog } from '../../src/main/data/store/log.ts';
import { openStore } from '../../src/main/data/store/open.ts';
import { openRatingItems, waitingItems } from '../../src/main/data/store/rating-items.ts';
import { listRatings } from '../../src/main/data/store/ratings.ts';
import { getRun, getRunSummary, removeRun } from '../../src/main/data/store/runs.ts';
import { giveRatings } from '../../src/main/jobs/rating-desk.ts';
import type { RatingItem, RatingQueue, RunSummary } from '../../src/preload/contract/index.ts';
import { openTestHost, type TestHost } from './open-test-host.ts';

let test: TestHost;
beforeEach(() => {
  test = openTestHost();
});
afterEach(() => test.close());

const call = <T>(name: string, input: unknown = {}) => test.connection.call(name, input) as Promise<T>;
const waiting = (runId: string, limit = 10) => call<RatingItem[]>('ratings.waiting', { runId, limit });
const give = (itemId: number, verdict: string, more = {}) =>
  call('ratings.give', { itemId, verdict, qualityA: null, qualityB: null, comment: null, rater: 'ada', ...more });

async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 200; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await setTimeout(50);
  }
  throw new Error('it did not come');
}

/** A run that asks two pairs at step 3, and waits. */
async function asking(): Promise<string> {
  const id = test.host.runner.create({ method: 'countdown', config: { steps: 5, askAt: 3, saveEvery: 2 } });
  await until(() => ((getRunSummary(test.host.store, id)?.ratingsWaiting ?? 0) === 2 ? true : undefined));
  return id;
}

const untilStatus = (id: string, status: RunSummary['status']) =>
  until(() => (getRunSummary(test.host.store, id)?.status === status ? true : undefined));
const saidIn = (id: string) =>
  readLog(test.host.store, id)
    .map(({ text }) => text)
    .filter((text) => /^(ada|elsewhere): /.test(text));

describe('ratings', () => {
  it('are asked for, given, and the run goes on with them in the order of its pairs', async () => {
    const id = await asking();
    const changes: number[] = [];
    test.host.runner.onChange((run) => changes.push(run.ratingsWaiting));
    const [queue] = await call<RatingQueue[]>('ratings.queues');
    expect(queue).toEqual({ runId: id, run: 'countdown-01', step: 3, waiting: 2, rated: 0 });
    const [first, second] = await waiting(id);
    expect(first).toMatchObject({ runId: id, step: 3, pair: 0, prompt: 'question 0', a: 'left 0', b: 'right 0' });
    await give(second.id, 'both_bad', { qualityA: 1, comment: 'no' });
    expect(await call('ratings.queues')).toMatchObject([{ waiting: 1, rated: 1 }]);
    await give(first.id, 'a');
    await untilStatus(id, 'finished');
    expect(saidIn(id)).toEqual(['ada: a', 'ada: both_bad']);
    expect(changes).toContain(1);
    expect(await call('ratings.queues')).toEqual([]);
    expect(listRatings(test.host.store)).toMatchObject([
      { verdict: 'both_bad', qualityA: 1, comment: 'no', prompt: 'question 1', completionA: 'left 1' },
      { verdict: 'a' },
    ]);
  });

  it('are skipped to the end, taken back while the run waits, and not after it went on', async () => {
    const id = await asking();
    const [first, second] = await waiting(id);
    await call('ratings.skip', { itemId: first.id });
    expect((await waiting(id)).map(({ pair }) => pair)).toEqual([1, 0]);
    await call('ratings.skip', { itemId: second.id });
    expect((await waiting(id)).map(({ pair }) => pair)).toEqual([0, 1]);
    await give(second.id, 'b');
    await expect(call('ratings.undo', { runId: id, rater: 'grace' })).rejects.toThrow(/no rating to take back/);
    expect(await call('ratings.undo', { runId: id, rater: 'ada' })).toMatchObject({ id: second.id });
    expect((await waiting(id)).map(({ pair }) => pair)).toEqual([1, 0]);
    expect(getRunSummary(test.host.store, id)?.ratingsWaiting).toBe(2);
    await give(second.id, 'tie');
    await give(first.id, 'tie');
    await expect(call('ratings.undo', { runId: id, rater: 'ada' })).rejects.toThrow(/the run has gone on/);
    await untilStatus(id, 'finished');
  });

  it('are refused when wrong: twice, unknown pair, quality out of range, nobody', async () => {
    const id = await asking();
    const [first] = await waiting(id);
    await give(first.id, 'a');
    await expect(give(first.id, 'b')).rejects.toMatchObject({ code: 'already_rated' });
    await expect(give(999, 'a')).rejects.toMatchObject({ code: 'wrong_state' });
    await expect(give(first.id, 'c')).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(give(first.id, 'a', { qualityB: 0 })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(give(first.id, 'a', { rater: ' ' })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(listRatings(test.host.store)).toHaveLength(1);
  });

  it('may come from another program on the workspace', async () => {
    const id = await asking();
    const other = openStore(test.workspace.database);
    const rating = { verdict: 'b', qualityA: null, qualityB: null, comment: null, rater: 'elsewhere' } as const;
    giveRatings(
      other,
      waitingItems(other, id, 10).map((item) => ({ item, rating })),
    );
    other.close();
    await untilStatus(id, 'finished');
    expect(saidIn(id)).toEqual(['elsewhere: b', 'elsewhere: b']);
  });

  it('survive a kill of the job: the resumed run waits for the rest only', async () => {
    const id = await asking();
    const [first, second] = await waiting(id);
    await give(first.id, 'a');
    const pid = getRun(test.host.store, id)?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await untilStatus(id, 'failed');
    expect(processIsAlive(pid)).toBe(false);
    await call('runs.resume', { id });
    await untilStatus(id, 'running');
    expect(await waiting(id)).toEqual([second]);
    await give(second.id, 'tie');
    await untilStatus(id, 'finished');
    expect(saidIn(id)).toEqual(['ada: a', 'ada: tie']);
  });

  it('leave a run that waits to be paused and stopped', async () => {
    const id = await asking();
    await call('runs.pause', { id });
    await untilStatus(id, 'paused');
    for (const { id: itemId } of await waiting(id)) await give(itemId, 'a');
    await setTimeout(300);
    expect(getRunSummary(test.host.store, id)?.status).toBe('paused');
    await call('runs.resume', { id });
    await untilStatus(id, 'finished');
    const other = await asking();
    await call('runs.stop', { id: other });
    await untilStatus(other, 'stopped');
    expect(await call('ratings.queues')).toEqual([]); // a run that is over asks nobody
  });

  it('outlive the run they were given to; pairs that changed wait anew', async () => {
    const { store } = test.host;
    const id = await asking();
    const [first] = await waiting(id);
    await give(first.id, 'a');
    const changed = [0, 1].map((i) => ({ prompt: `question ${i}`, a: 'another', b: `right ${i}` }));
    expect(openRatingItems(store, id, 3, changed)).toBe(2);
    expect(await waiting(id)).toHaveLength(2);
    expect(openRatingItems(store, id, 3, changed)).toBe(0);
    await call('runs.stop', { id });
    await untilStatus(id, 'stopped');
    removeRun(store, id);
    expect(listRatings(store)).toMatchObject([{ verdict: 'a', itemId: null, completionA: 'left 0' }]);
  });
});
