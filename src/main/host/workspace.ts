/** The workspace: one folder that holds the database, models, runs and everything else the program writes. */
import { homedir, platform } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import { processIsAlive } from '../base/processes.ts';
import { sweepTemporary } from '../data/checkpoints/atomic.ts';

export interface Workspace {
  readonly home: string;
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

/** `home`, else PLUMB_HOME, else the platform's data folder. Nothing is created before something is written. */
export function resolveWorkspace(home?: string): Workspace {
  const folder = resolve(home ?? (process.env.PLUMB_HOME || platformHome()));
  return {
    home: folder,
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
