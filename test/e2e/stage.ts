/** Where a spec plays: the app in a real Electron window, or in a real Chromium against the browser host; the same page for both. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type Browser, chromium, type ElectronApplication, type Page } from 'playwright-core';

export type HostKind = 'desktop' | 'browser';

export interface Stage {
  readonly host: HostKind;
  readonly page: Page;
  /** The workspace: fresh for every spec. */
  readonly home: string;
  /** Of the desktop only. */
  readonly app?: ElectronApplication;
  /** Process of the host. */
  readonly pid: number;
  /** Of the browser only: address with token. */
  readonly url?: string;
  /** Errors of the page so far. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** One thing the app does for its user. Fails by throwing. */
export interface Spec {
  readonly name: string;
  /** Both unless told. */
  readonly hosts?: readonly HostKind[];
  /** Why it cannot be played on this machine; undefined when it can. Reported as skipped, never as passed. */
  missing?(): string | undefined;
  /** Fills the workspace before the app starts. */
  prepare?(home: string): Promise<void> | void;
  run(stage: Stage): Promise<void>;
}

export const root = resolve(import.meta.dirname, '../..');
const START_MS = 30_000;

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Electron's binary, or undefined where there is none. */
export function electronBinary(): string | undefined {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules/electron/dist');
  const path = join(folder, 'electron');
  return existsSync(path) ? path : undefined;
}

export function chromiumBinary(): string | undefined {
  const candidates = [process.env.PLUMB_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/** Opens the app over a fresh workspace. */
export async function openStage(host: HostKind, prepare?: Spec['prepare']): Promise<Stage> {
  const home = mkdtempSync(join(tmpdir(), 'plumb-e2e-'));
  await prepare?.(home);
  const stage = host === 'desktop' ? await openDesktop(home) : await openBrowser(home);
  return {
    ...stage,
    async close() {
      await stage.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}

/** The desktop with these variables; without PLUMB_HOME it finds its workspace by itself. */
export function openWindow(env: Readonly<Record<string, string>>): Promise<ElectronApplication> {
  const { PLUMB_HOME: _none, ...own } = process.env as Record<string, string>;
  return _electron.launch({
    executablePath: electronBinary(),
    args: ['--no-sandbox', root],
    env: { ...own, ...env },
    timeout: START_MS,
  });
}

async function openDesktop(home: string): Promise<Stage> {
  const app = await openWindow({ PLUMB_HOME: home });
  const page = await app.firstWindow({ timeout: START_MS });
  return {
    host: 'desktop',
    page,
    home,
    app,
    pid: app.process().pid ?? 0,
    errors: collectErrors(page),
    close: () => app.close(),
  };
}

async function openBrowser(home: string): Promise<Stage> {
  const host = spawn(process.execPath, hostArguments(home), { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await addressOf(host);
  const browser: Browser = await chromium.launch({
    executablePath: chromiumBinary(),
    args: CHROMIUM_FLAGS,
    ignoreDefaultArgs: ['--hide-scrollbars'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const errors = collectErrors(page);
  await page.goto(url);
  return {
    host: 'browser',
    page,
    home,
    pid: host.pid ?? 0,
    url,
    errors,
    async close() {
      await browser.close();
      const gone = new Promise((done) => host.once('exit', done));
      host.kill('SIGINT');
      await gone;
    },
  };
}

/** For Node: the browser host over that workspace. */
export const hostArguments = (home: string): readonly string[] => [
  join(root, 'out/main/cli.cjs'),
  'serve',
  '--json',
  '-',
  '--home',
  home,
];

/** The address that `serve --json -` prints as its one line. */
export function addressOf(host: ChildProcess): Promise<string> {
  return new Promise((found, fail) => {
    let text = '';
    host.stdout?.on('data', (chunk: Buffer) => {
      text += chunk;
      if (text.includes('\n')) found((JSON.parse(text) as { url: string }).url);
    });
    host.once('exit', (code) => fail(new Error(`the browser host ended with code ${code} before it gave its address`)));
  });
}

/** Hands a file over as a user does: `press` opens the dialog, which answers with `path`. */
export async function handOver(stage: Stage, path: string, press: () => Promise<void>): Promise<void> {
  if (stage.app) {
    await stage.app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, path);
    await press();
    return;
  }
  const [chooser] = await Promise.all([stage.page.waitForEvent('filechooser'), press()]);
  await chooser.setFiles(path);
}

/** A file that lies beside the project on some machines. */
export const besideProject = (path: string): string => join(root, '../shared', path);

/** For `missing` of a spec: the first of these files that is not beside the project. */
export const needsBeside =
  (...paths: readonly string[]) =>
  (): string | undefined => {
    const absent = paths.find((path) => !existsSync(besideProject(path)));
    return absent === undefined ? undefined : `../shared/${absent} is not here`;
  };
