/** Every stop of Tab on every page shows its ring, whole: no box around it cuts it off. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { ringOf } from './focus-ring.ts';
import { WALKED, withSomethingEverywhere } from './pages-walked.ts';
import type { Spec } from './stage.ts';

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
    prepare: withSomethingEverywhere,
    async run({ page }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      for (const [address, heading] of WALKED) {
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
