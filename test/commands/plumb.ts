/** Runs the built command line as users do: another process, its exit code, its standard output and error. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export const program = fileURLToPath(new URL('../../out/main/cli.cjs', import.meta.url));
export const shared = process.env.PLUMB_SHARED ?? fileURLToPath(new URL('../../../shared/', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
}

/** Options of spawn, for a call as another user. */
interface As {
  readonly uid?: number;
  readonly gid?: number;
}

export function start(words: readonly string[], as: As = {}): { child: ChildProcess; ended: Promise<Ended> } {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build makes it`);
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'], ...as });
  let [out, error] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    error += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, out, error }));
  });
  return { child, ended };
}

export const plumb = (...words: readonly string[]): Promise<Ended> => start(words).ended;

/** The one document of a call that must succeed. */
export async function document<T = Record<string, unknown>>(...words: readonly string[]): Promise<T> {
  const { code, out, error } = await plumb(...words, '--quiet', '--json', '-');
  expect(error).toBe('');
  expect(code).toBe(0);
  return onlyDocument(out) as T;
}

/** Standard output must be one line of JSON and nothing else. */
export function onlyDocument(out: string): unknown {
  expect(out.endsWith('\n')).toBe(true);
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(out);
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

/** The error document of a call that must fail with this exit code; the message stands on standard error too, without a stack. */
export async function failure(exitCode: number, ...words: readonly string[]): Promise<Failure> {
  const { code, out, error } = await plumb(...words, '--json', '-');
  const document = onlyDocument(out) as { error: Failure };
  expect({ code, error: document.error }).toMatchObject({ code: exitCode, error: { message: expect.any(String) } });
  expect(error).toContain(`plumb: ${document.error.message}`);
  expect(error).not.toMatch(/^\s+at .*:\d+:\d+/m);
  return document.error;
}
