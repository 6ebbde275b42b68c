/** The contract over a WebSocket: first a token, then calls and streams as JSON text. */
import { timingSafeEqual } from 'node:crypto';
import type { WebSocket } from 'ws';
import { type Handle, type Port, serve } from '../../preload/contract/rpc.ts';

/** A socket without a token is closed after this long. */
export const TOKEN_MS = 2000;
/** Calls are small: files go by upload. */
export const MAX_MESSAGE_BYTES = 1 << 20;
/** A page that does not read is let go before its events fill the memory. */
const MAX_UNSENT_BYTES = 64 << 20;
/** Close codes a page can tell apart. */
export const CLOSE = { badToken: 4401, badMessage: 4400, slow: 4408 } as const;

/** Equal in constant time, whatever the lengths. */
export function sameToken(given: unknown, token: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Serves one socket: `{"type":"token","token"}` must come first and is answered by `{"type":"ready"}`. */
export function serveSocket(socket: WebSocket, token: string, handle: Handle): void {
  const late = setTimeout(() => socket.close(CLOSE.badToken, 'no token'), TOKEN_MS);
  socket.on('error', () => socket.terminate());
  socket.on('close', () => clearTimeout(late));
  socket.once('message', (data, isBinary) => {
    clearTimeout(late);
    const message = isBinary ? undefined : parse(String(data));
    if (!isToken(message) || !sameToken(message.token, token)) {
      socket.close(CLOSE.badToken, 'wrong token');
      return;
    }
    const stop = serve(websocketPort(socket), handle);
    socket.on('close', stop);
    socket.send(JSON.stringify({ type: 'ready' }));
  });
}

/** A port over an open socket; messages that are no envelope close it. */
export function websocketPort(socket: WebSocket): Port {
  return {
    post(message) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.close(CLOSE.slow, 'too slow');
      else socket.send(JSON.stringify(message));
    },
    onMessage(listener) {
      const receive = (data: unknown, isBinary: boolean) => {
        const message = isBinary ? undefined : parse(String(data));
        if (isEnvelope(message)) listener(message);
        else socket.close(CLOSE.badMessage, 'not an envelope');
      };
      socket.on('message', receive);
      return () => socket.off('message', receive);
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isToken = (message: unknown): message is { token: unknown } =>
  typeof message === 'object' && message !== null && (message as { type?: unknown }).type === 'token';

/** Whether a message from a page has the shape of `Up`; its input is checked by the handlers. */
export function isEnvelope(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { type, id, name } = message as { type?: unknown; id?: unknown; name?: unknown };
  if (!Number.isSafeInteger(id)) return false;
  return type === 'close' || (type === 'open' && typeof name === 'string');
}
