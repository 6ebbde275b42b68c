/** A real host over a fresh workspace, whose jobs count down unless told; and a connection to it without a transport. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Host, openHost } from '../../src/main/host/host.ts';
import { resolveWorkspace, type Workspace } from '../../src/main/host/workspace.ts';
import { forkJobs, forkProcesses } from '../../src/main/jobs/spawn.ts';
import { type Connection, connect, type Port, serve } from '../../src/preload/contract/rpc.ts';

export interface TestHost {
  readonly host: Host;
  readonly workspace: Workspace;
  readonly connection: Connection;
  /** Ends the generation process as the system does when memory is short. */
  killGenerator(): void;
  close(): Promise<void>;
}

/** Does what jobs do in the program. */
export const REAL_WORKER = resolve(import.meta.dirname, '../../src/main/worker.ts');
const COUNTDOWN = resolve(import.meta.dirname, '../fixtures/countdown-worker.ts');

/** `home`: a workspace that is there already; it is removed at the end like a fresh one. */
export function openTestHost({ worker = COUNTDOWN, home }: { worker?: string; home?: string } = {}): TestHost {
  const workspace = resolveWorkspace(home ?? mkdtempSync(join(tmpdir(), 'plumb-host-')));
  const spawn = forkJobs(worker);
  const fork = forkProcesses<unknown, unknown>(resolve(import.meta.dirname, '../../src/main/generator.ts'));
  let generator: ReturnType<typeof fork> | undefined;
  const spawnGeneration = () => {
    generator = fork();
    return generator;
  };
  const host = openHost({ kind: 'browser', workspace, spawn, spawnGeneration });
  const [page, back] = portPair();
  const stop = serve(back, host.handle);
  const connection = connect(page);
  return {
    host,
    workspace,
    connection,
    killGenerator: () => generator?.kill(),
    async close() {
      stop();
      await host.close();
      rmSync(workspace.home, { recursive: true, force: true });
    },
  };
}

/** Two ends of an in-memory channel that carries text, as every transport does. */
export function portPair(): [Port, Port] {
  const listeners: (((message: unknown) => void) | undefined)[] = [undefined, undefined];
  const port = (mine: number): Port => ({
    post: (message) => {
      const text = JSON.stringify(message);
      queueMicrotask(() => listeners[1 - mine]?.(JSON.parse(text)));
    },
    onMessage(listener) {
      listeners[mine] = listener;
      return () => {
        listeners[mine] = undefined;
      };
    },
  });
  return [port(0), port(1)];
}
