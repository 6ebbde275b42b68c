/**
 * Plays the specs of test/e2e in a real Electron and in a real Chromium. What is not on this machine is reported as skipped.
 * Usage: node scripts/e2e.ts [--host desktop|browser] [--only TEXT] (builds first when out/ is missing)
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { specs } from '../test/e2e/index.ts';
import { chromiumBinary, electronBinary, type HostKind, openStage, type Spec, type Stage } from '../test/e2e/stage.ts';

const root = resolve(import.meta.dirname, '..');
const results = join(root, 'test-results');
const SPEC_MS = 120_000;
const { values } = parseArgs({ options: { host: { type: 'string' }, only: { type: 'string' } } });

/** Why a host cannot be played on here; undefined when it can. */
function missing(host: HostKind): string | undefined {
  if (host === 'browser') return chromiumBinary() ? undefined : 'Chromium is not installed';
  if (!electronBinary()) return "Electron's binary is not here (ELECTRON_OVERRIDE_DIST_PATH names an unpacked one)";
  return process.env.DISPLAY || existsSync('/usr/bin/Xvfb') ? undefined : 'no display, and Xvfb is not installed';
}

/** A display of our own where there is none; its process, to be ended. */
function startDisplay(): Promise<ChildProcess | undefined> {
  if (process.env.DISPLAY) return Promise.resolve(undefined);
  const xvfb = spawn('/usr/bin/Xvfb', ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return new Promise((found, fail) => {
    xvfb.stdio[3]?.once('data', (number: Buffer) => {
      process.env.DISPLAY = `:${String(number).trim()}`;
      found(xvfb);
    });
    xvfb.once('exit', (code) => fail(new Error(`Xvfb ended with code ${code}`)));
  });
}

async function play(spec: Spec, host: HostKind): Promise<void> {
  let stage: Stage | undefined;
  try {
    stage = await openStage(host, spec.prepare);
    await withLimit(spec.run(stage));
  } catch (error) {
    if (stage) await keepScreenshot(stage, `${host} ${spec.name}`);
    throw error;
  } finally {
    await stage?.close();
  }
}

async function withLimit(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`not done after ${SPEC_MS / 1000} s`)), SPEC_MS);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function keepScreenshot({ page, errors }: Stage, name: string): Promise<void> {
  mkdirSync(results, { recursive: true });
  const path = join(results, `${name.replace(/\W+/g, '-').slice(0, 80)}.png`);
  await page.screenshot({ path, timeout: 5000 }).catch(() => undefined);
  if (errors.length > 0) console.log(`    the page said: ${errors.join(' | ')}`);
}

const tally = { passed: 0, failed: 0, skipped: 0 };

/**
 * A spec that fails is played once more on a fresh stage: on a shared machine a key can come before the page listens. What went wrong the first time is
 * printed either way.
 */
async function playTwice(spec: Spec, host: HostKind): Promise<'passed' | 'failed'> {
  for (const time of ['first', 'second']) {
    try {
      await play(spec, host);
      return 'passed';
    } catch (error) {
      console.log(`the ${time} time: ${host}: ${spec.name}\n    ${error instanceof Error ? error.stack : error}`);
    }
  }
  return 'failed';
}

async function playAll(host: HostKind): Promise<void> {
  const chosen = specs.filter(
    (s) => (s.hosts ?? ['desktop', 'browser']).includes(host) && s.name.includes(values.only ?? ''),
  );
  const why = missing(host);
  if (why) {
    tally.skipped += chosen.length;
    console.log(`skipped  ${host}: ${chosen.length} specs: ${why}`);
    return;
  }
  for (const spec of chosen) {
    const absent = spec.missing?.();
    if (absent) {
      tally.skipped++;
      console.log(`skipped  ${host}: ${spec.name}: ${absent}`);
      continue;
    }
    const started = performance.now();
    const outcome = await playTwice(spec, host);
    tally[outcome]++;
    if (outcome === 'passed')
      console.log(`passed   ${host}: ${spec.name} (${Math.round(performance.now() - started)} ms)`);
    else console.log(`failed   ${host}: ${spec.name}: both times`);
  }
}

if (!existsSync(join(root, 'out/main/index.cjs')) || !existsSync(join(root, 'out/renderer/index.html')))
  execFileSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: 'inherit' });
const hosts = (['desktop', 'browser'] as const).filter((host) => (values.host ?? host) === host);
const display = hosts.includes('desktop') && !missing('desktop') ? await startDisplay() : undefined;
for (const host of hosts) await playAll(host);
display?.kill();
console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exit(tally.failed > 0 ? 1 : 0);
