/**
 * What each frame of a page costs, from the browser's own trace. Two measures: the time between two frames, which other work on
 * the machine stretches as well, and the processor time that the page's main thread spent on the frame, which only the page does.
 */
import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';

export interface FrameCosts {
  readonly frames: number;
  /** Longest time between two frames, ms. */
  readonly longestGapMs: number;
  /** Frames that came more than 50 ms after the one before. */
  readonly late: number;
  /** Most processor time that the main thread spent between two frames, ms. */
  readonly dearestMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  /** Processor time, microseconds. */
  readonly tdur?: number;
}

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
export const LATE_MS = 50;

async function traced(session: CDPSession, body: () => Promise<void>): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) events.push(event as unknown as TraceEvent);
  });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: CATEGORIES },
  });
  await body();
  const complete = new Promise<void>((done) => session.once('Tracing.tracingComplete', () => done()));
  await session.send('Tracing.end');
  await complete;
  return events;
}

/** Processor time of the tasks between each two frames, ms. */
function costsBetween(frames: readonly number[], tasks: readonly TraceEvent[]): readonly number[] {
  const costs = frames.map(() => 0);
  let at = 0;
  for (const { ts, tdur = 0 } of tasks) {
    while (at < frames.length - 1 && ts >= frames[at + 1]) at++;
    if (ts >= frames[0]) costs[at] += tdur / 1000;
  }
  return costs;
}

/** Processor time of a process so far, ms (Linux: 100 ticks a second). */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** What `machineMs` takes on the machine that the bars of pages were set on, when it does nothing else. */
const QUIET_MS = 17;
const WORST = 2;

/** Fixed work of a page's kind (objects, sorting, text), the same in every run, that is none of the program's: its time tells how fast the machine is just now. */
const machineMs = (page: Page): Promise<number> =>
  page.evaluate(() => {
    let best = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 5; turn++) {
      const started = performance.now();
      let seed = 1;
      const rows = Array.from({ length: 20_000 }, (_, i) => {
        seed = (seed * 48_271) % 2_147_483_647;
        return { i, key: `k${seed % 1000}`, value: seed / 7 };
      });
      rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.value - b.value));
      if ((JSON.parse(JSON.stringify(rows)) as unknown[]).length !== rows.length) throw new Error('lost rows');
      best = Math.min(best, performance.now() - started);
    }
    return best;
  });

/** By how much bars of processor time are stretched: 1 on a machine as fast as that on which they were set, up to 2 where others slow it down. */
export async function slowness(page: Page): Promise<number> {
  return Math.min(WORST, Math.max(1, (await machineMs(page)) / QUIET_MS));
}

/** Asks for a frame at every turn of the display while `body` runs, and counts them. */
export async function measureFrames(page: Page, body: () => Promise<void>): Promise<FrameCosts> {
  const session = await page.context().newCDPSession(page);
  try {
    const events = await traced(session, async () => {
      await page.evaluate(() => {
        const flag = document.documentElement;
        flag.dataset.counting = '';
        const frame = () => {
          if ('counting' in flag.dataset) requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      });
      await body();
      await page.evaluate(() => document.documentElement.removeAttribute('data-counting'));
    });
    return costsOf(events);
  } finally {
    await session.detach();
  }
}

/** Processor time of the page's main thread while `body` runs, and what `body` returned. */
export async function measureMainThread<T>(
  page: Page,
  body: () => Promise<T>,
): Promise<{ readonly found: T; readonly mainThreadMs: number }> {
  const session = await page.context().newCDPSession(page);
  try {
    const result: T[] = [];
    const events = await traced(session, async () => {
      result.push(await body());
    });
    const frame = events.find(({ name }) => name === 'FireAnimationFrame');
    if (!frame) throw new Error('the trace holds no frames');
    const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && pid === frame.pid && tid === frame.tid);
    return { found: result[0], mainThreadMs: tasks.reduce((sum, { tdur = 0 }) => sum + tdur / 1000, 0) };
  } finally {
    await session.detach();
  }
}

function costsOf(events: readonly TraceEvent[]): FrameCosts {
  const inOrder = (list: readonly TraceEvent[]) => [...list].sort((a, b) => a.ts - b.ts);
  const fired = inOrder(events.filter(({ name }) => name === 'FireAnimationFrame'));
  if (fired.length < 2) throw new Error('the trace holds no frames');
  const [{ pid, tid }] = fired;
  const tasks = inOrder(events.filter((event) => event.name === 'RunTask' && event.pid === pid && event.tid === tid));
  if (!tasks.some(({ tdur }) => tdur !== undefined && tdur > 0)) throw new Error('the trace holds no processor time');
  // several callbacks of one frame are one frame
  const frames = fired.map(({ ts }) => ts).filter((ts, i, all) => i === 0 || ts - all[i - 1] > 1000);
  const gaps = frames.slice(1).map((ts, i) => (ts - frames[i]) / 1000);
  return {
    frames: frames.length,
    longestGapMs: Math.round(Math.max(...gaps)),
    late: gaps.filter((gap) => gap > LATE_MS).length,
    dearestMs: Math.round(10 * Math.max(...costsBetween(frames, tasks))) / 10,
  };
}
