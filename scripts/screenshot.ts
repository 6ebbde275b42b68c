/**
 * Takes the README's picture of a run in a real Chromium: `node scripts/screenshot.ts HOME RUN [FILE]`, HOME being a workspace that holds the run
 * (`plumb --home HOME quickstart` makes one). Build first.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const root = resolve(import.meta.dirname, '..');
const [home, run, file = join(root, 'docs/screenshot.png')] = process.argv.slice(2);
if (!home || !run) throw new Error('usage: node scripts/screenshot.ts HOME RUN [FILE]');

const server = spawn(process.execPath, [join(root, 'out/main/cli.cjs'), '--home', home, 'serve', '--json', '-']);
try {
  const url = await new Promise<string>((found) => {
    server.stdout.once('data', (line: Buffer) => found((JSON.parse(String(line)) as { url: string }).url));
  });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  await page.goto(url);
  await page.getByRole('link', { name: 'Experiments', exact: true }).click();
  // the first column is the name; other runs name this one as their model
  const names = page.getByRole('grid', { name: 'Runs' }).locator('[role=row] > [role=gridcell]:first-child');
  await names.getByText(run, { exact: true }).click();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: run }).waitFor();
  // curves are drawn one chart a frame
  await page.waitForTimeout(2000);
  await page.screenshot({ path: file });
  await browser.close();
} finally {
  server.kill('SIGINT');
}
