/** The browser host as a program of its own: prints its address and serves until it is stopped. */
import { join } from 'node:path';
import { startBrowserHost } from './host/browser-host.ts';
import { openHost } from './host/host.ts';
import { resolveWorkspace } from './host/workspace.ts';
import { forkJobs } from './jobs/spawn.ts';

const here = import.meta.dirname;

/** `--port N` and `--home DIR`. */
function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at >= 0 ? process.argv[at + 1] : undefined;
}

async function main(): Promise<void> {
  const host = openHost({
    kind: 'browser',
    workspace: resolveWorkspace(option('--home')),
    spawn: forkJobs(join(here, 'worker.cjs')),
  });
  const { handle, files } = host;
  const rendererDir = join(here, '../renderer');
  const browser = await startBrowserHost({ handle, files, rendererDir, port: Number(option('--port') ?? 0) });
  process.stdout.write(`Plumbline is open at ${browser.url}\n`);
  const stop = async () => {
    await browser.close();
    await host.close();
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`Plumbline cannot start: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
});
