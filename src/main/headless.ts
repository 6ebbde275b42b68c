/** The browser host as a program of its own: prints its address and serves until it is stopped. */
import { join } from 'node:path';
import { speakOfSchemas } from './base/schema-words.ts';
import { serveInBrowser } from './host/serve.ts';
import { resolveWorkspace } from './host/workspace.ts';

const here = import.meta.dirname;

/** `--port N` and `--home DIR`. */
function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at >= 0 ? process.argv[at + 1] : undefined;
}

async function main(): Promise<void> {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  await serveInBrowser({
    workspace: resolveWorkspace(option('--home')),
    files: {
      worker: join(here, 'worker.cjs'),
      generator: join(here, 'generator.cjs'),
      rendererDir: join(here, '../renderer'),
    },
    port: Number(option('--port') ?? 0),
    signal: controller.signal,
    onOpen: (url) => process.stdout.write(`Plumbline is open at ${url}\n`),
  });
}

speakOfSchemas();
main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`Plumbline cannot start: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);
