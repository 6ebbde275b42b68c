/** The workspace: one folder that holds the database, models, runs and everything else the program writes. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import { processIsAlive } from '../base/processes.ts';
import { sweepTemporary, writeFileAtomic } from '../data/checkpoints/atomic.ts';

export interface Workspace {
  readonly home: string;
  /** What named it at the start, "--home" or "PLUMB_HOME"; null: the user's choice, or the platform's folder. */
  readonly given: string | null;
  readonly name: string;
  readonly database: string;
  readonly models: string;
  readonly runs: string;
  /** Files handed over by the page; emptied at every start. */
  readonly uploads: string;
}

/** Where the platform keeps application data. */
function platformHome(): string {
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Plumbline');
  if (platform() === 'win32') return join(process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Plumbline');
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'plumbline');
}

/** In the platform's folder: where the user moved to, so that every program finds it. */
const choicePath = (): string => join(platformHome(), 'workspace.json');

/** The folder chosen in Settings. Throws when it is not there: an empty one in its place would look like loss. */
function chosenHome(): string | undefined {
  const path = choicePath();
  if (!existsSync(path)) return undefined;
  const { home } = JSON.parse(readFileSync(path, 'utf8')) as { home?: unknown };
  if (typeof home === 'string' && statSync(home, { throwIfNoEntry: false })?.isDirectory()) return home;
  throw new Error(
    `the workspace ${JSON.stringify(home)} is not there. Bring it back, name another with --home, or remove ${path} to use ${platformHome()}`,
  );
}

/** From the next start on, `home` is the workspace wherever none is named. */
export function chooseHome(home: string): void {
  makeFolder(platformHome());
  writeFileAtomic(choicePath(), `${JSON.stringify({ home }, null, 2)}\n`);
}

/** `home`, else PLUMB_HOME, else the folder chosen in Settings, else the platform's data folder. Nothing is created before something is written. */
export function resolveWorkspace(home?: string): Workspace {
  const given = home !== undefined ? '--home' : process.env.PLUMB_HOME ? 'PLUMB_HOME' : null;
  const folder = resolve(home ?? (process.env.PLUMB_HOME || (chosenHome() ?? platformHome())));
  return {
    home: folder,
    given,
    name: basename(folder),
    database: join(folder, 'plumbline.db'),
    models: join(folder, 'models'),
    runs: join(folder, 'runs'),
    uploads: join(folder, 'uploads'),
  };
}

/** Creates the folders that are missing; removes what a killed import of a model left. */
export function prepareWorkspace(workspace: Workspace): void {
  for (const folder of [workspace.home, workspace.models, workspace.runs]) makeFolder(folder);
  sweepTemporary(workspace.models, processIsAlive);
}
