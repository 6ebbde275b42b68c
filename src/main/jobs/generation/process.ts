/** The host's end of the generation process: started when first needed, ended when nobody asked anything for a while, started anew after a crash. */
import { type Connection, connect, RpcError } from '../../../preload/contract/rpc.ts';
import type { JobExit, OwnProcess, SpawnGeneration } from '../spawn.ts';

/** Models stay open this long after the last request. */
const IDLE_MS = 5 * 60_000;

export interface GenerationProcess {
  call<T>(name: string, input: unknown): Promise<T>;
  /** Aborting `signal` stops the work; the promise then settles with undefined. */
  stream<T>(name: string, input: unknown, onEvent: (event: never) => void, signal: AbortSignal): Promise<T | undefined>;
  /** Whether the process is there. */
  readonly running: boolean;
  close(): void;
}

interface Running {
  readonly process: OwnProcess<unknown, unknown>;
  readonly connection: Connection;
  exit?: JobExit;
}

/** Requests that a crash cut off reject with code `generation_ended` and the reason; the next one starts a new process. */
export function createGenerationProcess(
  spawn: SpawnGeneration,
  { idleMs = IDLE_MS }: { readonly idleMs?: number } = {},
): GenerationProcess {
  let running: Running | undefined;
  let pending = 0;
  let idle: NodeJS.Timeout | undefined;
  const end = () => {
    const ended = running;
    running = undefined;
    ended?.process.kill();
  };
  const theProcess = (): Running => {
    if (running) return running;
    const started = start(spawn, () => {
      if (running === started) running = undefined;
    });
    running = started;
    return started;
  };
  const during = async <T>(work: (on: Running) => Promise<T>): Promise<T> => {
    const on = theProcess();
    pending++;
    clearTimeout(idle);
    try {
      return await work(on);
    } catch (error) {
      throw on.exit ? endedError(on.exit) : error;
    } finally {
      pending--;
      if (pending === 0) idle = setTimeout(end, idleMs).unref();
    }
  };
  return {
    call: <T>(name: string, input: unknown) => during(({ connection }) => connection.call(name, input) as Promise<T>),
    stream: <T>(name: string, input: unknown, onEvent: (event: never) => void, signal: AbortSignal) =>
      during(async ({ connection }) => {
        const handle = connection.stream(name, input, (event) => onEvent(event as never));
        const stop = () => handle.close();
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        try {
          return (await handle.done) as T | undefined;
        } finally {
          signal.removeEventListener('abort', stop);
        }
      }),
    get running() {
      return running !== undefined;
    },
    close() {
      clearTimeout(idle);
      end();
    },
  };
}

function start(spawn: SpawnGeneration, onGone: () => void): Running {
  const process = spawn();
  const connection = connect({
    post: (message) => process.post(message),
    onMessage(listener) {
      process.onMessage(listener);
      return () => undefined;
    },
  });
  const started: Running = { process, connection };
  process.onExit((exit) => {
    started.exit = exit;
    onGone();
    connection.close();
  });
  return started;
}

function endedError({ signal, code, lastWords }: JobExit): RpcError {
  const how = signal ? `with ${signal}` : `with code ${code}`;
  // a process that the system ends for its memory says nothing
  const why = signal === 'SIGKILL' ? ' The computer may have run out of memory.' : '';
  return new RpcError(
    'generation_ended',
    `The process that runs the models ended ${how}.${why} What was written so far stays; the next request starts it again.`,
    lastWords || undefined,
  );
}
