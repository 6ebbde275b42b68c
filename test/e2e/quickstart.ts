/** Specs of the quickstart: one click on Home starts it; it runs, and can be stopped. */
import assert from 'node:assert/strict';
import type { Spec } from './stage.ts';

export const quickstartSpecs: readonly Spec[] = [
  {
    name: 'the quickstart starts by one click, shows what runs, and stops when asked',
    async run({ page, errors }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Start quickstart' }).count(), 1);
      await page.getByRole('button', { name: 'Start quickstart' }).click();
      const running = page.getByRole('region', { name: 'Running' });
      await running.getByText(/quickstart, step \d of \d/).waitFor({ timeout: 30_000 });
      // the first training stage: it has curves
      await running.getByText(/sft-helpful/).waitFor({ timeout: 60_000 });
      await running
        .getByText(/step \d+ of \d+/)
        .first()
        .waitFor({ timeout: 60_000 });
      await running.getByRole('button', { name: 'Open run' }).click();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Stop run' }).click();
      await page.locator('.pl-header .pl-state').filter({ hasText: 'Stopped' }).waitFor({ timeout: 60_000 });
      await page.getByRole('link', { name: 'Home', exact: true }).click();
      await page.getByRole('table', { name: 'Recent runs' }).getByText('Stopped').waitFor();
      await page.getByRole('button', { name: 'Start quickstart' }).waitFor();
      assert.deepEqual(errors, []);
    },
  },
];
