/** Nothing jumps while a page loads: what arrives later has its place from the start. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { WALKED, withSomethingEverywhere } from './pages-walked.ts';
import type { Spec } from './stage.ts';

/** Chromium's measure: share of the window that moved times how far; 0.1 is what it calls good for pages of the web. */
const MOST = 0.02;
/** All that a page reads has come by then. */
const SETTLED_MS = 1500;

interface Shift {
  readonly value: number;
  readonly what: string;
}

/** What moved while the page at the address came up, read from the host for the first time. */
async function shiftsOf(page: Page, address: string, heading: string): Promise<readonly Shift[]> {
  await page.evaluate(() => location.assign('#/nowhere'));
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'No such page' }).waitFor();
  await page.evaluate(() => {
    const shifts: Shift[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as readonly { value: number; sources: { node: Element }[] }[])
        shifts.push({ value: entry.value, what: entry.sources.map(({ node }) => node?.className ?? '?').join(', ') });
    }).observe({ type: 'layout-shift' });
  });
  await page.evaluate((hash) => location.assign(hash), address);
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  await page.waitForTimeout(SETTLED_MS);
  return page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
}

export const layoutShiftSpecs: readonly Spec[] = [
  {
    name: 'nothing jumps while a page loads',
    prepare: withSomethingEverywhere,
    async run({ page }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      for (const [address, heading] of WALKED) {
        const shifts = await shiftsOf(page, address, heading);
        const moved = shifts.reduce((sum, { value }) => sum + value, 0);
        const said = shifts.map(({ value, what }) => `${value.toFixed(3)} ${what}`).join('; ');
        assert.ok(moved <= MOST, `${address} moved by ${moved.toFixed(3)}: ${said}`);
      }
    },
  },
];
