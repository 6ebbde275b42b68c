/**
 * Specs of a workspace with three hundred runs and a hundred thousand pairs: it opens within 2.5 s, and its pages follow each other at once. On a machine that
 * is busy with other work everything takes longer without the program's doing: what must hold is the smaller of the time by the clock and of processor time. Of a
 * start that is the time of all processes, the browser's among them; of a switch that of the host and of the page's main thread, which wait for each other. Both
 * are printed, one good attempt is enough, and a switch's bar is stretched by what fixed work takes longer than on a quiet machine.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { runId } from '../fixtures/compared-runs.ts';
import { cpuMs, measureMainThread, slowness } from './frame-costs.ts';
import { addressOf, hostArguments, openWindow, type Spec, type Stage } from './stage.ts';
import { BIG_DATASET, LONG_RUN, MANY_RUNS, withFullWorkspace } from './workspace.ts';

const START_MS = 2500;
const SWITCH_MS = 200;
const ATTEMPTS = 3;
/** Of all pages: the first ones compile the page's own code as they go. */
const ROUNDS = 5;
const TICK_MS = 10;

/** Processor time so far of all that these specs have started, the browser and they themselves among it, ms. */
function allCpuMs(): number {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const own = new Set([process.pid]);
  for (let before = 0; before < own.size; ) {
    before = own.size;
    for (const { pid, parent } of all) if (own.has(parent)) own.add(pid);
  }
  return all.reduce((sum, { pid, ticks }) => sum + (own.has(pid) ? TICK_MS * ticks : 0), 0);
}

function statOf(pid: string): { pid: number; parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    // utime, stime, and both of children that have ended
    return { pid: Number(pid), parent: fields[1], ticks: fields[11] + fields[12] + fields[13] + fields[14] };
  } catch {
    return undefined; // gone already
  }
}

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

function beginCost(): () => Cost {
  const [started, before] = [performance.now(), allCpuMs()];
  return () => ({ ms: performance.now() - started, cpuMs: allCpuMs() - before });
}

const least = (costs: readonly Cost[]): number => Math.min(...costs.map(({ ms, cpuMs }) => Math.min(ms, cpuMs)));

/** The newest run stands in its list, and a press of a key is answered. */
async function untilUsable(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  await page
    .getByRole('link', { name: runId(LONG_RUN), exact: true })
    .first()
    .waitFor();
}

async function answersKeys(page: Page): Promise<void> {
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.getByRole('heading', { level: 1, name: 'Datasets' }).waitFor();
  await page.getByRole('grid', { name: 'Datasets' }).getByText(BIG_DATASET).first().waitFor();
}

async function startDesktop(home: string): Promise<Cost> {
  const cost = beginCost();
  const app = await openWindow({ PLUMB_HOME: home });
  try {
    const page = await app.firstWindow();
    await untilUsable(page);
    const found = cost();
    await answersKeys(page);
    return found;
  } finally {
    await app.close();
  }
}

/** The host and its page; the browser is there already. */
async function startHost({ page }: Stage, home: string): Promise<Cost> {
  const cost = beginCost();
  const host: ChildProcess = spawn(process.execPath, hostArguments(home), { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await page.goto(await addressOf(host));
    await untilUsable(page);
    const found = cost();
    await answersKeys(page);
    return found;
  } finally {
    const gone = new Promise((done) => host.once('exit', done));
    host.kill('SIGINT');
    await gone;
  }
}

const rounded = ({ ms, cpuMs }: Cost): string => `${Math.round(ms)} ms (processor ${Math.round(cpuMs)} ms)`;

interface Place {
  readonly name: string;
  readonly hash: string;
  /** There once what was asked for is shown. */
  readonly shows: string;
}

const PLACES: readonly Place[] = [
  { name: 'Experiments', hash: '#/experiments', shows: '.pl-grid [data-index="5"] .pl-name' },
  { name: 'Run', hash: `#/runs/${runId(LONG_RUN)}`, shows: '.pl-chart canvas' },
  { name: 'Datasets', hash: '#/datasets', shows: '[aria-label="Datasets"] [data-index="0"]' },
  { name: 'Pairs', hash: '', shows: '[aria-label="Rows of the dataset"] [data-index="3"] .pl-td' },
  {
    name: 'Compare',
    hash: `#/compare?runs=${[1, 2, 3].map((i) => runIdOf(i)).join(',')}`,
    shows: '.pl-compare-charts canvas',
  },
  { name: 'Inspect', hash: '#/inspect', shows: '.pl-pane' },
  { name: 'Rate', hash: '#/rate', shows: '.pl-empty h2' },
  { name: 'Lab', hash: '#/lab', shows: 'main .pl-card' },
  { name: 'Models', hash: '#/models', shows: '[aria-label="Models"] [data-index="0"]' },
  { name: 'Settings', hash: '#/settings', shows: 'main input' },
  { name: 'Home', hash: '#/', shows: 'main tbody tr' },
];

function runIdOf(i: number): string {
  return runId({ method: ['dpo', 'online_dpo', 'ppo'][i % 3], beta: i / 100, seed: i });
}

/** From the change of the address to the picture that shows the place. */
const switchTo = (page: Page, { hash, shows }: Place): Promise<number> =>
  page.evaluate(
    async ([address, selector]) => {
      const frame = () => new Promise((next) => requestAnimationFrame(next));
      const started = performance.now();
      location.assign(address);
      await frame();
      while (!document.querySelector(selector)) {
        if (performance.now() - started > 20_000) throw new Error(`${address} does not show ${selector}`);
        await frame();
      }
      // the one that has been painted
      await frame();
      return performance.now() - started;
    },
    [hash, shows],
  );

export const fullWorkspaceSpecs: readonly Spec[] = [
  {
    name: 'size: a workspace of 300 runs and 100 000 pairs is open to its user within 2.5 s of a cold start',
    prepare: withFullWorkspace,
    async run(stage) {
      if (stage.app) await stage.app.close();
      else {
        await untilUsable(stage.page);
        await stage.page.goto('about:blank');
      }
      const costs: Cost[] = [];
      while (costs.length < ATTEMPTS && (costs.length === 0 || least(costs) > START_MS)) {
        costs.push(stage.app ? await startDesktop(stage.home) : await startHost(stage, stage.home));
        process.stdout.write(`    start: ${rounded(costs[costs.length - 1])}\n`);
      }
      assert.ok(least(costs) <= START_MS, `the best start took ${least(costs)} ms`);
    },
  },
  {
    name: `size: pages follow each other within 200 ms in a workspace of ${MANY_RUNS} runs and 100 000 pairs`,
    prepare: withFullWorkspace,
    async run({ page, pid, errors }) {
      await untilUsable(page);
      await answersKeys(page);
      await page.getByRole('grid', { name: 'Datasets' }).getByText(BIG_DATASET).first().dblclick();
      await page.getByRole('grid', { name: 'Rows of the dataset' }).waitFor();
      const pairs = new URL(page.url()).hash;
      const places = PLACES.map((place) => (place.name === 'Pairs' ? { ...place, hash: pairs } : place));
      await page.reload();
      await page.getByRole('grid', { name: 'Rows of the dataset' }).waitFor();
      const costs = new Map<string, Cost[]>(places.map(({ name }) => [name, []]));
      let slow = Number.POSITIVE_INFINITY;
      for (let round = 0; round < ROUNDS; round++) {
        slow = Math.min(slow, await slowness(page));
        for (const place of places) {
          const before = cpuMs(pid);
          const { found: ms, mainThreadMs } = await measureMainThread(page, () => switchTo(page, place));
          costs.get(place.name)?.push({ ms, cpuMs: cpuMs(pid) - before + mainThreadMs });
        }
      }
      for (const [name, each] of costs)
        process.stdout.write(`    ${name.padEnd(12)} ${each.map(rounded).join(', ')}\n`);
      process.stdout.write(`    the machine takes ${slow.toFixed(2)} times as long as the one of the bar\n`);
      const late = [...costs].filter(([, each]) => least(each) > SWITCH_MS * slow).map(([name]) => name);
      assert.deepEqual(late, []);
      assert.deepEqual(errors, []);
    },
  },
];
