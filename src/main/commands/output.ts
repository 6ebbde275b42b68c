/** Where results go: standard output, or the file that --json names. */
import { statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './command.ts';

/** A reader that went away (`plumb … | head`) is no failure of the command. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

/** Settles when everything written to standard output and standard error so far has left this process. */
export async function drained(): Promise<void> {
  for (const stream of [process.stdout, process.stderr])
    if (stream.writable) await new Promise<void>((resolve) => stream.write('', () => resolve()));
}

/** A long job must not end with nowhere to put its result: refuses a target that cannot be a file before the work begins. */
export function checkTarget(target: string, option = '--json'): void {
  if (target === '-') return;
  const folder = statSync(dirname(target), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) throw new UsageError(`${option} ${target}: there is no folder ${dirname(target)}`);
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${option} ${target} is a folder; a file name (or - for standard output) was expected`);
}

/** Writes the document where --json asked for it. */
export function writeDocument(target: string, document: unknown): void {
  const text = `${JSON.stringify(document)}\n`;
  if (target === '-') process.stdout.write(text);
  else writeFileSync(target, text);
}
