/** Every stop of Tab on every page shows its ring, whole: no box around it cuts it off. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { type Made, runId } from '../fixtures/compared-runs.ts';
import { ringOf } from './focus-ring.ts';
import type { Spec } from './stage.ts';
import { MODEL, withModelAndPairs, withRuns } from './workspace.ts';

const made = (method: string, seed: number): Made => ({
  method,
  beta: 0.1,
  seed,
  gain: 1,
  group: 'two methods',
  steps: 60,
  evaluations: 6,
});
const RUNS = [1, 2, 3].flatMap((seed) => [made('online_dpo', seed), made('dpo', seed)]);

/** Address and the heading of level 1. */
const PAGES: readonly (readonly [string, string])[] = [
  ['#/', 'Home'],
  ['#/datasets', 'Datasets'],
  ['#/datasets/import', 'Import'],
  ['#/experiments', 'Experiments'],
  ['#/experiments/new', 'New run'],
  [`#/runs/${runId(RUNS[0])}`, runId(RUNS[0])],
  [`#/compare?runs=${RUNS.map(runId).join()}`, 'Compare'],
  ['#/inspect', 'Inspect'],
  ['#/inspect?tab=force', 'Inspect'],
  ['#/inspect?tab=probes', 'Inspect'],
  ['#/rate', 'Rate'],
  ['#/rate/new', 'New queue'],
  ['#/lab', 'Lab'],
  ['#/models', 'Models'],
  [`#/models/${MODEL}`, MODEL],
  ['#/add-model', 'Add model'],
  ['#/settings', 'Settings'],
];
const MOST_STOPS = 120;

/** Stops whose ring is missing or cut, once round the page. */
async function faultyStops(page: Page): Promise<{ stops: number; faults: string[] }> {
  const faults: string[] = [];
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    await page.keyboard.press('Tab');
    const { on, width, cut } = await ringOf(page);
    const isRound = on.startsWith('<body') || (stops > 0 && on.includes('pl-skip'));
    if (isRound) return { stops, faults };
    if (width < 1) faults.push(`no ring on ${on}`);
    else if (cut.length > 0) faults.push(`${cut.join(', ')} of the ring cut on ${on}`);
  }
  return { stops: MOST_STOPS, faults };
}

export const focusWalkSpecs: readonly Spec[] = [
  {
    name: 'every stop of Tab on every page has a ring that nothing cuts off',
    async prepare(home) {
      await withModelAndPairs(home);
      await withRuns(RUNS)(home);
    },
    async run({ page }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      for (const [address, heading] of PAGES) {
        await page.evaluate((hash) => location.assign(hash), address);
        await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
        // what is read from the host has come
        await page.waitForTimeout(700);
        const { stops, faults } = await faultyStops(page);
        assert.ok(stops >= 10, `${address} has ${stops} stops`);
        assert.deepEqual(faults, [], `${address}, ${stops} stops`);
      }
    },
  },
];
