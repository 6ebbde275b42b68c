/**
 * Takes the README's picture of a run in a real Chromium: `node scripts/screenshot.ts HOME RUN [FILE]`, HOME being a workspace that holds the run
 * (`plumb --home HOME quickstart` makes one). Build first.
 */
import { join } from 'node:path';
import { root, withServedPage } from './served-page.ts';

const [home, run, file = join(root, 'docs/screenshot.png')] = process.argv.slice(2);
if (!home || !run) throw new Error('usage: node scripts/screenshot.ts HOME RUN [FILE]');

await withServedPage(home, async (page) => {
  await page.getByRole('link', { name: 'Experiments', exact: true }).click();
  // the first column is the name; other runs name this one as their model
  const names = page.getByRole('grid', { name: 'Runs' }).locator('[role=row] > [role=gridcell]:first-child');
  await names.getByText(run, { exact: true }).click();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: run }).waitFor();
  // curves are drawn one chart a frame
  await page.waitForTimeout(2000);
  await page.screenshot({ path: file });
});
