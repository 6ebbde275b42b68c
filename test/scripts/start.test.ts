/** `npm start` where no window can open: the same app in the browser, one line that says why, and nothing left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processIsAlive } from '../../src/main/base/processes.ts';

const root = resolve(import.meta.dirname, '../..');
const built = existsSync(join(root, 'out/renderer/index.html'));
/** An Electron of the given words: what a loader or Chromium says before it gives up. */
function brokenElectron(words: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-electron-'));
  writeFileSync(join(folder, 'electron'), `#!/bin/sh\necho "${words}" >&2\nexit 127\n`, { mode: 0o755 });
  broken.push(folder);
  return folder;
}

const broken: string[] = [];
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{40,}/;

let home: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'plumb-start-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});
afterAll(() => {
  for (const folder of broken) rmSync(folder, { recursive: true, force: true });
});

/** Starts with the given changes to the environment; collects what it says. */
function start(env: Record<string, string | undefined>, args: readonly string[] = []) {
  const started = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--home', home, ...args], {
    env: { ...process.env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  const said = { out: '', errors: '' };
  started.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk;
  });
  started.stderr.on('data', (chunk: Buffer) => {
    said.errors += chunk;
  });
  return { started, said };
}

const childrenOf = async (pid: number): Promise<number[]> => {
  const { stdout } = spawn('ps', ['-o', 'pid=', '--ppid', String(pid)]);
  let text = '';
  for await (const chunk of stdout) text += chunk;
  return text.split(/\s+/).filter(Boolean).map(Number);
};

describe.skipIf(!built)('npm start', () => {
  const cases = [
    ['there is no screen', {}, 'There is no screen here'],
    [
      'Electron is not where it should be',
      { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' },
      "Electron's binary cannot be had here",
    ],
    [
      'Electron misses a library',
      {
        DISPLAY: ':99',
        ELECTRON_OVERRIDE_DIST_PATH: brokenElectron(
          'electron: error while loading shared libraries: libgtk-3.so.0: cannot open shared object file',
        ),
      },
      'The window could not open (libgtk-3.so.0: cannot open shared object file)',
    ],
    [
      'the screen does not answer',
      {
        DISPLAY: ':99',
        ELECTRON_OVERRIDE_DIST_PATH: brokenElectron(
          '[1:1125/225120.3:ERROR:ozone_platform_x11.cc(240)] Missing X server',
        ),
      },
      'The window could not open (Missing X server)',
    ],
  ] as const;
  it.each(cases)('serves the browser in one line when %s', async (_name, env, why) => {
    const { started, said } = start(env);
    await expect.poll(() => said.out, { timeout: 30_000 }).toMatch(ADDRESS);
    expect(said.errors.split('\n').filter((line) => line && !line.startsWith('Building'))).toEqual([
      `${why}: the same app opens in your browser instead.`,
    ]);
    const url = new URL(ADDRESS.exec(said.out)?.[0] ?? '');
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="root"');
    const family = await childrenOf(Number(started.pid));
    expect(family).toHaveLength(1);
    started.kill('SIGINT');
    const [code] = await once(started, 'exit');
    expect(code).toBe(0);
    expect(family.filter(processIsAlive)).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says what is wrong with an option, and ends', async () => {
    const { started, said } = start({}, ['--port', 'many']);
    const [code] = await once(started, 'exit');
    expect(code).toBe(2);
    expect(said.errors).toContain('--port must be a whole number');
  });
});
