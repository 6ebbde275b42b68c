/** Calls and streams over one `Port`: knows no transport, validates nothing itself, carries JSON only. */

/** Both ends of a channel: Electron IPC, a WebSocket, a message port or an in-memory queue. */
export interface Port {
  post(message: unknown): void;
  /** Registers the one listener; returns a function that removes it. */
  onMessage(listener: (message: unknown) => void): () => void;
}

/** page → host. `name` is a key of the contract. */
export type Up = { type: 'open'; id: number; name: string; input: unknown } | { type: 'close'; id: number };

/** host → page. A call ends with `result` or `error`; a stream sends `event`s and then `result` (its end) or `error`. */
export type Down =
  | { type: 'result'; id: number; value: unknown }
  | { type: 'event'; id: number; value: unknown }
  | { type: 'error'; id: number; code: string; message: string; details?: unknown };

/** An error that crosses the boundary with a code a caller may branch on. */
export class RpcError extends Error {
  readonly code: string;
  readonly details: unknown;
  constructor(code: string, message: string, details?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.details = details;
  }
}

export interface Connection {
  call(name: string, input: unknown): Promise<unknown>;
  /** Opens a stream; `close()` of the returned handle ends it on both sides. `done` settles when the stream ends. */
  stream(name: string, input: unknown, onEvent: (event: unknown) => void): { close(): void; done: Promise<unknown> };
  close(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onEvent?: (event: unknown) => void;
}

/** The page's end: numbers requests, matches answers. Everything pending is rejected with code `closed` when the port closes. */
export function connect(port: Port): Connection {
  const pending = new Map<number, Pending>();
  let next = 1;
  const settle = (id: number): Pending | undefined => {
    const entry = pending.get(id);
    pending.delete(id);
    return entry;
  };
  const remove = port.onMessage((raw) => {
    const message = raw as Down;
    if (message.type === 'event') pending.get(message.id)?.onEvent?.(message.value);
    else if (message.type === 'result') settle(message.id)?.resolve(message.value);
    else if (message.type === 'error')
      settle(message.id)?.reject(new RpcError(message.code, message.message, message.details));
  });
  const open = (name: string, input: unknown, onEvent?: (event: unknown) => void) => {
    const id = next++;
    const done = new Promise<unknown>((resolve, reject) => {
      pending.set(id, { resolve, reject, onEvent });
      port.post({ type: 'open', id, name, input } satisfies Up);
    });
    return { id, done };
  };
  return {
    call: (name, input) => open(name, input).done,
    stream(name, input, onEvent) {
      const { id, done } = open(name, input, onEvent);
      const close = () => {
        const entry = settle(id);
        if (!entry) return;
        port.post({ type: 'close', id } satisfies Up);
        entry.resolve(undefined);
      };
      return { close, done };
    },
    close() {
      remove();
      for (const id of [...pending.keys()])
        settle(id)?.reject(new RpcError('closed', 'The connection to the host was closed.'));
    },
  };
}

/** What the host runs for one `open`. A stream handler calls `emit` until `signal` aborts or it returns. */
export type Handle = (
  name: string,
  input: unknown,
  emit: (event: unknown) => void,
  signal: AbortSignal,
) => Promise<unknown>;

/** The host's end: runs `handle` for every `open`, aborts it on `close`; returns a function that aborts everything. */
export function serve(port: Port, handle: Handle): () => void {
  const open = new Map<number, AbortController>();
  const run = async (id: number, name: string, input: unknown) => {
    const controller = new AbortController();
    open.set(id, controller);
    const post = (message: Down) => {
      if (!controller.signal.aborted) port.post(message);
    };
    try {
      const value = await handle(name, input, (event) => post({ type: 'event', id, value: event }), controller.signal);
      post({ type: 'result', id, value });
    } catch (error) {
      post({ type: 'error', id, ...describeError(error) });
    } finally {
      open.delete(id);
    }
  };
  const remove = port.onMessage((raw) => {
    const message = raw as Up;
    if (message.type === 'open') void run(message.id, message.name, message.input);
    else if (message.type === 'close') open.get(message.id)?.abort();
  });
  return () => {
    remove();
    for (const controller of open.values()) controller.abort();
  };
}

/** Code, message and details of any thrown value; errors without a code get `internal`. */
export function describeError(error: unknown): { code: string; message: string; details?: unknown } {
  if (error instanceof Error) {
    const { code, details } = error as { code?: unknown; details?: unknown };
    return { code: typeof code === 'string' ? code : 'internal', message: error.message, details };
  }
  return { code: 'internal', message: String(error) };
}
