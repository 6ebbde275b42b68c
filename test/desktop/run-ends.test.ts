/** What is told of runs that end, on a real runner whose jobs count down. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noticeOf, runEnds } from '../../src/main/desktop/run-ends.ts';
import type { RunSummary } from '../../src/preload/contract/index.ts';
import { openTestHost, type TestHost } from '../host/open-test-host.ts';

let test: TestHost;
beforeEach(() => {
  test = openTestHost();
});
afterEach(() => test.close());

it('tells of a run that finished and of one that failed, once each, and not of one that was stopped', async () => {
  const told: RunSummary[] = [];
  const stop = runEnds(test.host.runner, (run) => told.push(run));
  const { runner } = test.host;
  const finished = runner.create({ method: 'countdown', config: { steps: 2, sleepMs: 1 } });
  await runner.idle();
  const failed = runner.create({ method: 'countdown', config: { steps: 5, sleepMs: 1, throwAt: 2 } });
  await runner.idle();
  const stopped = runner.create({ method: 'countdown', config: { steps: 500, sleepMs: 10 } });
  await expect.poll(() => runner.status().running?.step ?? 0, { timeout: 30_000 }).toBeGreaterThan(0);
  runner.stop(stopped);
  await runner.idle();
  expect(told.map(({ id }) => id)).toEqual([finished, failed]);
  expect(noticeOf(told[0])).toEqual({
    title: 'countdown-01 is finished',
    body: '2 steps. Its curves and samples are on its page.',
  });
  expect(noticeOf(told[1]).title).toMatch(/^countdown-02 failed at step \d$/);
  stop();
});
