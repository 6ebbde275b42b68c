/** How long the desktop takes from nothing to a window that can be used: on a fresh workspace, to the button that begins. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWindow, type Spec } from './stage.ts';

const BAR_MS = 2500;
/** A machine that is busy with others is slow now and then: the best start is what the program can do. */
const STARTS = 5;

async function coldStart(): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'plumb-cold-'));
  const started = performance.now();
  const app = await openWindow({ PLUMB_HOME: home });
  try {
    const page = await app.firstWindow();
    await page.getByRole('button', { name: 'Start quickstart' }).first().waitFor();
    return performance.now() - started;
  } finally {
    await app.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

export const coldStartSpecs: readonly Spec[] = [
  {
    name: 'the desktop can be used within 2.5 s of its start',
    hosts: ['desktop'],
    async run() {
      const taken: number[] = [];
      while (taken.length < STARTS && Math.min(...taken) > BAR_MS) taken.push(await coldStart());
      const said = taken.map((ms) => (ms / 1000).toFixed(2)).join(', ');
      assert.ok(Math.min(...taken) <= BAR_MS, `starts took ${said} s`);
    },
  },
];
