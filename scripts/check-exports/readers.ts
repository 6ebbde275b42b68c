/** The programs that read exports, each started once for all it is to read: jobs as JSON on standard input, a line of JSON for each on standard output. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Check } from './checks.ts';

export const NEW_TOKENS = 12;

export type ReaderName = 'python' | 'transformers.js' | 'llama.cpp';

export interface Job {
  readonly key: string;
  readonly kind: Check['kind'];
  readonly folder: string;
  /** Folder of the base model, for adapters. */
  readonly base: string | null;
  readonly ids: readonly (readonly number[])[];
  readonly texts: readonly string[];
}

export interface Found {
  /** Ids of each text, by the reader's tokenizer. */
  readonly ids?: number[][];
  /** ln p of every next token, or the one score, of each row of ids. */
  readonly values?: (number | null)[][];
  readonly greedy?: number[][];
  readonly error?: string;
}

const script = (name: string): string => join(import.meta.dirname, name);

const COMMANDS: Readonly<Record<ReaderName, (peers: string) => [string, string[]]>> = {
  python: (peers) => [join(peers, 'venv/bin/python'), [script('python.py')]],
  'transformers.js': (peers) => [process.execPath, [script('transformers-js.mjs'), join(peers, 'node')]],
  'llama.cpp': (peers) => [process.execPath, [script('llama-cpp.mjs'), join(peers, 'node')]],
};

/** By the key of its job. A reader that dies leaves the rest of its jobs out; its last words are told. */
export function readAll(reader: ReaderName, peers: string, jobs: readonly Job[]): Map<string, Found> {
  const [command, words] = COMMANDS[reader](peers);
  const { status, stdout, stderr } = spawnSync(command, words, {
    input: JSON.stringify({ jobs, newTokens: NEW_TOKENS }),
    encoding: 'utf8',
    maxBuffer: 1 << 29,
  });
  if (status !== 0) console.error(`${reader}: ${stderr.trim().split('\n').slice(-4).join(' | ')}`);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"key"'));
  return new Map(lines.map((line) => JSON.parse(line) as Found & { key: string }).map((found) => [found.key, found]));
}
