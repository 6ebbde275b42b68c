/** The focus goes back to what opened a dialog, and to the list where its row is gone. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { type Made, runId } from '../fixtures/compared-runs.ts';
import type { Spec } from './stage.ts';
import { MODEL, PAIRS, withRuns, withTwoModels } from './workspace.ts';

const MADE: Made = { method: 'dpo', beta: 0.1, seed: 1, steps: 20, evaluations: 2, gain: 1 };

/** Where a button stands, its name, and the name of the dialog that it opens. */
const DIALOGS: readonly (readonly [string, string, RegExp])[] = [
  ['#/models', `Rename ${MODEL}`, /^Rename/],
  ['#/models', `Delete ${MODEL}`, /^Delete/],
  ['#/datasets', `Delete ${PAIRS}`, /^Delete/],
  [`#/runs/${runId(MADE)}`, `Delete ${runId(MADE)}`, /^Delete/],
  [`#/compare?runs=${runId(MADE)}`, 'Add runs', /^Runs to compare/],
  ['#/experiments/new', 'Paste config', /^Paste a config/],
  ['#/inspect', 'Pick a prompt', /^Pick a prompt/],
];

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');

async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate((hash) => location.assign(hash), address);
  const row = address === '#/models' ? MODEL : address === '#/datasets' ? PAIRS : undefined;
  // the buttons of a row stand in the panel beside
  if (row)
    await page
      .getByRole('gridcell', { name: row, exact: false })
      .first()
      .click({ position: { x: 3, y: 16 } });
}

export const focusBackSpecs: readonly Spec[] = [
  {
    name: 'the focus goes back to what opened a dialog, and to the list when its row is gone',
    async prepare(home) {
      await withTwoModels(home);
      await withRuns([MADE])(home);
    },
    async run({ page }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      for (const [address, name, title] of DIALOGS) {
        await goTo(page, address);
        const opener = page.getByRole('button', { name, exact: true });
        await opener.focus();
        await page.keyboard.press('Enter');
        const dialog = page.getByRole('dialog', { name: title });
        await dialog.locator(':focus').waitFor();
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
        await page
          .waitForFunction(
            (wanted) =>
              document.activeElement?.textContent?.includes(wanted) ||
              document.activeElement?.getAttribute('aria-label') === wanted,
            name,
            { timeout: 3000 },
          )
          .catch(async () =>
            assert.fail(`${address}: after ${title} the focus is on "${(await focused(page)).slice(0, 60)}"`),
          );
      }
      await goTo(page, '#/settings');
      await page.getByRole('button', { name: 'Add judge' }).focus();
      await page.keyboard.press('Enter');
      const form = page.getByRole('form', { name: 'New judge' });
      await form.getByRole('button', { name: 'Cancel' }).press('Enter');
      await form.waitFor({ state: 'detached' });
      await page.locator('button:focus').filter({ hasText: 'Add judge' }).waitFor();

      await goTo(page, '#/models');
      await page.getByRole('button', { name: `Delete ${MODEL}`, exact: true }).press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete model' }).press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.locator('[role="grid"]:focus').waitFor();

      // Escape closes the panel from within it as well
      await goTo(page, '#/datasets');
      await page.getByRole('complementary').getByRole('button', { name: 'Open' }).focus();
      await page.keyboard.press('Escape');
      await page.getByRole('complementary').waitFor({ state: 'detached' });
      await page.locator('[role="grid"]:focus').waitFor();
    },
  },
];
