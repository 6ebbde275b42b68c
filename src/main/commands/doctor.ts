/** `plumb doctor`: what works on this machine, and what to do about what does not. */
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { onnxruntimeVersion, programVersion } from '../host/version.ts';
import { type CommandContext, defineCommand } from './command.ts';

type Finding = { readonly works: boolean; readonly detail: string };

interface Check {
  readonly id: string;
  readonly title: string;
  /** Nothing goes without it; the others are conveniences. */
  readonly needed: boolean;
  find(context: CommandContext): Promise<Finding> | Finding;
}

export interface CheckResult extends Finding {
  readonly id: string;
  readonly title: string;
  readonly needed: boolean;
}

const GIGABYTE = 1e9;
/** A model of 135 M parameters with its moments fits into it. */
const ENOUGH_MEMORY = 4 * GIGABYTE;
/** The database's module needs Node-API 10. */
const NODE_API = 10;

const checks: readonly Check[] = [
  {
    id: 'node',
    title: 'Node',
    needed: true,
    find() {
      const api = Number(process.versions.napi);
      const works = api >= NODE_API;
      const hint = works ? '' : '; 22.14 or newer is needed (npm install brings one along on Linux x64)';
      return { works, detail: `${process.versions.node}, Node-API ${api}${hint}` };
    },
  },
  {
    id: 'memory',
    title: 'Memory',
    needed: false,
    find: () => ({
      works: totalmem() >= ENOUGH_MEMORY,
      detail: `${(totalmem() / GIGABYTE).toFixed(1)} GB, ${(freemem() / GIGABYTE).toFixed(1)} GB of it free`,
    }),
  },
  {
    id: 'threads',
    title: 'Threads',
    needed: true,
    find: () => ({ works: availableParallelism() > 0, detail: `${availableParallelism()}` }),
  },
  { id: 'onnxruntime', title: 'onnxruntime', needed: true, find: runsGraphs },
  { id: 'workspace', title: 'Workspace', needed: true, find: ({ workspace }) => isWritable(workspace.home) },
  { id: 'database', title: 'Database', needed: true, find: ({ workspace }) => isWhole(workspace.database) },
  {
    id: 'page',
    title: 'Page',
    needed: false,
    find: ({ files }) => present(join(files.rendererDir, 'index.html'), 'built', 'not built: npm run build'),
  },
  { id: 'electron', title: 'Electron', needed: false, find: ({ files }) => findElectron(files.rendererDir) },
  {
    id: 'display',
    title: 'Screen',
    needed: false,
    find() {
      const display = process.env.WAYLAND_DISPLAY ?? process.env.DISPLAY;
      const works = process.platform !== 'linux' || Boolean(display);
      return { works, detail: works ? (display ?? 'of the desktop') : 'none: npm start serves the browser instead' };
    },
  },
  { id: 'chromium', title: 'Chromium', needed: false, find: findChromium },
];

/** Multiplies through the runtime, as a training step does. */
async function runsGraphs(): Promise<Finding> {
  const { GraphBuilder } = await import('../engine/graph/builder.ts');
  const { float32, Session } = await import('../engine/runtime/session.ts');
  const g = new GraphBuilder();
  g.output('y', g.matmul(g.input('x', 'float32', [1, 2]), g.input('w', 'float32', [2, 1])));
  const session = await Session.create(g.build());
  try {
    const x = float32([1, 2], Float32Array.of(3, 4));
    const w = float32([2, 1], Float32Array.of(5, 6));
    const product = Number((await session.run({ x, w })).y.data[0]);
    const how = session.backend === 'native' ? 'native: results are written in place' : 'js: results are copied';
    return { works: product === 39, detail: `${onnxruntimeVersion}, ${how}` };
  } finally {
    await session.close();
  }
}

/** The folder, or the nearest one above it that exists: nothing stays that was made for a look. */
function isWritable(folder: string): Finding {
  let nearest = folder;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    rmdirSync(mkdtempSync(join(nearest, '.plumb-doctor-')));
    return { works: true, detail: nearest === folder ? folder : `${folder} (made when it is first needed)` };
  } catch (error) {
    return { works: false, detail: `${nearest} is not writable: ${messageOf(error)}` };
  }
}

/** The workspace's database, read only; a new one in memory where there is none yet. */
async function isWhole(path: string): Promise<Finding> {
  const { openReadable, openStore } = await import('../data/store/open.ts');
  const { checkIntegrity } = await import('../data/store/backup.ts');
  const written = existsSync(path);
  const store = written ? openReadable(path) : openStore(':memory:');
  try {
    checkIntegrity(store.db, path);
    const version = store.prepare('SELECT sqlite_version()').pluck().get();
    const runs = store.prepare('SELECT count(*) FROM runs').pluck().get();
    return { works: true, detail: `SQLite ${version}, ${written ? `whole, ${runs} runs` : 'none written yet'}` };
  } finally {
    store.close();
  }
}

const present = (path: string, found: string, missing: string): Finding =>
  existsSync(path) ? { works: true, detail: found } : { works: false, detail: missing };

/** Where the electron package keeps its binary, or where the environment says it is. */
function findElectron(rendererDir: string): Finding {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return present(join(override, 'electron'), `in ${override}`, `not in ${override}`);
  try {
    const folder = dirname(createRequire(join(rendererDir, 'index.html')).resolve('electron/package.json'));
    return present(join(folder, 'path.txt'), 'fetched', 'not fetched yet: npm start does it, or serves the browser');
  } catch {
    return { works: false, detail: 'the package electron is not installed' };
  }
}

function findChromium(): Finding {
  const candidates = [
    process.env.PLUMB_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const path = candidates.find((candidate) => candidate && existsSync(candidate));
  return {
    works: path !== undefined,
    detail: path ?? 'none found; only the end-to-end tests of this project ask for it',
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function resultOf({ find, ...check }: Check, context: CommandContext): Promise<CheckResult> {
  try {
    return { ...check, ...(await find(context)) };
  } catch (error) {
    return { ...check, works: false, detail: messageOf(error) };
  }
}

export const doctor = defineCommand({
  id: 'doctor',
  summary: 'What works on this machine; ends with code 1 when something that is needed does not.',
  examples: ['plumb doctor', 'plumb doctor --json -'],
  configure: () => undefined,
  async run(_args, _options, context) {
    const results: CheckResult[] = [];
    for (const check of checks) results.push(await resultOf(check, context));
    const ok = results.every(({ works, needed }) => works || !needed);
    return { ok, version: programVersion, checks: results };
  },
  exitCode: ({ ok }: { ok: boolean }) => (ok ? 0 : 1),
  show({ ok, version, checks: results }: { ok: boolean; version: string; checks: CheckResult[] }, { print }) {
    print(`Plumbline ${version}`);
    const width = Math.max(...results.map(({ title }) => title.length));
    for (const { title, works, needed, detail } of results)
      print(`${works ? '✓' : needed ? '✗' : '–'} ${title.padEnd(width)}  ${detail}`);
    print(ok ? 'Everything that is needed works.' : 'What is marked ✗ is needed and does not work.');
  },
});
