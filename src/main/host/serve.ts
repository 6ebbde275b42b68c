/** Serves the app to a browser on this machine until it is told to stop: what `plumb serve` and the browser entry share. */
import { BEHIND_PAGE } from '../jobs/priority.ts';
import { forkJobs, forkProcesses } from '../jobs/spawn.ts';
import { startBrowserHost } from './browser-host.ts';
import { type Host, openHost } from './host.ts';
import { closed } from './services.ts';
import type { Workspace } from './workspace.ts';

/** Files that a build leaves beside the entries. */
export interface ProgramFiles {
  /** Entry of job processes. */
  readonly worker: string;
  /** Entry of the generation process. */
  readonly generator: string;
  /** The built page. */
  readonly rendererDir: string;
}

export interface ServeOptions {
  readonly workspace: Workspace;
  readonly files: ProgramFiles;
  /** 0 takes a free one. */
  readonly port: number;
  /** Aborted = stop: what runs is saved first. */
  readonly signal: AbortSignal;
  /** Called once, with the address and its token. */
  onOpen(url: string): void;
}

/** Settles when everything is closed again. Throws when the workspace cannot be opened or the port is taken. */
export async function serveInBrowser(options: ServeOptions): Promise<void> {
  const { workspace, files, port, signal, onOpen } = options;
  const host = openHost({
    kind: 'browser',
    workspace,
    spawn: forkJobs(files.worker, BEHIND_PAGE.job),
    spawnGeneration: forkProcesses(files.generator, BEHIND_PAGE.generation),
  });
  try {
    await serveHost(host, files.rendererDir, port, signal, onOpen);
  } finally {
    await host.close();
  }
}

async function serveHost(
  { handle, files }: Host,
  rendererDir: string,
  port: number,
  signal: AbortSignal,
  onOpen: ServeOptions['onOpen'],
): Promise<void> {
  const browser = await startBrowserHost({ handle, files, rendererDir, port });
  onOpen(browser.url);
  await closed(signal);
  await browser.close();
}
