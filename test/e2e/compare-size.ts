/**
 * Spec of size: 50 runs of 10 000 steps in Compare are drawn within a second, and panned without a frame over 50 ms.
 * On a machine that is busy with other work everything takes longer without the page's doing: the frames are held by their
 * processor time, as in the specs of scrolling, and the first picture by that of host and page together, which wait for each other.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { runId } from '../fixtures/compared-runs.ts';
import { cpuMs, type FrameCosts, LATE_MS, measureFrames, measureMainThread, slowness } from './frame-costs.ts';
import type { Spec, Stage } from './stage.ts';
import { withRuns } from './workspace.ts';

const STEPS = 10_000;
const ATTEMPTS = 3;
const FIRST_PICTURE_MS = 1000;

/** No two differ by their seed alone: fifty lines. */
const RUNS = Array.from({ length: 50 }, (_, i) => ({
  method: ['dpo', 'online_dpo', 'ppo'][i % 3],
  beta: (i + 1) / 100,
  seed: 1,
  steps: STEPS,
  // every line has all its steps
  evaluations: 0,
  gain: 0.5 + (i % 7) / 10,
  group: 'sweep',
}));

interface Opening {
  /** From the change of the address to the first chart that has ink. */
  readonly ms: number;
  /** Processor time of the host, and of the page's main thread, until then. */
  readonly hostMs: number;
  readonly pageMs: number;
}

async function openCompare({ page, pid }: Stage): Promise<Opening> {
  await page.evaluate('location.assign("#/")');
  await page.reload(); // nothing is left of the opening before
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  const before = cpuMs(pid);
  const { found: ms, mainThreadMs: pageMs } = await measureMainThread(page, () =>
    page.evaluate(
      async (address) => {
        const started = performance.now();
        location.assign(address);
        const isDrawn = () => {
          const canvas = document.querySelector<HTMLCanvasElement>('.pl-compare-charts .pl-chart canvas');
          if (!canvas || canvas.width === 0) return false;
          const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
          let ink = 0;
          for (let at = 3; at < data.length; at += 4) if (data[at] > 0) ink++;
          return ink > 3000;
        };
        while (!isDrawn()) await new Promise((next) => requestAnimationFrame(next));
        return performance.now() - started;
      },
      `#/compare?runs=${RUNS.map(runId).join(',')}`,
    ),
  );
  return { ms: Math.round(ms), hostMs: cpuMs(pid) - before, pageMs: Math.round(pageMs) };
}

const chartBox = async (page: Page) => {
  const chart = page.getByRole('img', { name: /^rewards\/margins/ });
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  assert.ok(box);
  return box;
};

async function zoomAndPan(page: Page): Promise<FrameCosts> {
  const box = await chartBox(page);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.keyboard.down('Control');
  for (let turn = 0; turn < 3; turn++) {
    await page.mouse.wheel(0, -240);
    await page.waitForTimeout(120);
  }
  await page.keyboard.up('Control');
  // the finer curves of the part in view have come
  await page.waitForTimeout(1200);
  return measureFrames(page, async () => {
    await page.mouse.down();
    for (let step = 0; step < 24; step++) {
      await page.mouse.move(x + 120 * Math.sin(step / 10), y);
      await page.waitForTimeout(16);
    }
    await page.mouse.up();
  });
}

export const compareSizeSpecs: readonly Spec[] = [
  {
    name: 'size: 50 runs of 10 000 steps are compared: drawn within a second, panned without a frame over 50 ms',
    prepare: withRuns(RUNS),
    async run(stage) {
      const { page } = stage;
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      const costs: number[] = [];
      while (costs.length < ATTEMPTS && Math.min(...costs, Infinity) > FIRST_PICTURE_MS) {
        const opening = await openCompare(stage);
        process.stdout.write(`    first picture: ${JSON.stringify(opening)}\n`);
        costs.push(Math.min(opening.ms, opening.hostMs + opening.pageMs));
      }
      assert.ok(Math.min(...costs) <= FIRST_PICTURE_MS, `first pictures cost ${costs.join(', ')} ms`);

      await page.getByRole('table', { name: 'Final values' }).waitFor();
      const attempts: FrameCosts[] = [];
      let bar = 0;
      while (attempts.length < ATTEMPTS && (attempts.at(-1)?.dearestMs ?? Number.POSITIVE_INFINITY) > bar) {
        // what fixed work takes longer on a machine that others slow down, a frame may as well
        bar = LATE_MS * (await slowness(page));
        attempts.push(await zoomAndPan(page));
        process.stdout.write(`    ${JSON.stringify(attempts.at(-1))}, bar ${bar.toFixed(0)} ms\n`);
      }
      const dearest = attempts.at(-1)?.dearestMs;
      assert.ok(dearest !== undefined && dearest <= bar, `a frame of ${dearest} ms in every attempt`);
    },
  },
];
