/** A real Chromium on the browser host over a workspace: what the scripts that take pictures begin with. Build first. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';

export const root = resolve(import.meta.dirname, '..');

/** Opens the app over `home`, lets `use` work with it, and closes both. */
export async function withServedPage(home: string, use: (page: Page, url: string) => Promise<void>): Promise<void> {
  const server = spawn(process.execPath, [join(root, 'out/main/cli.cjs'), '--home', home, 'serve', '--json', '-']);
  try {
    const url = await new Promise<string>((found) => {
      server.stdout.once('data', (line: Buffer) => found((JSON.parse(String(line)) as { url: string }).url));
    });
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    await page.goto(url);
    await use(page, url);
    await browser.close();
  } finally {
    server.kill('SIGINT');
  }
}
