/** The contract over Electron's IPC: one channel, and every message's sender checked. */
import { type IpcMainEvent, ipcMain, type WebContents } from 'electron';
import { type Handle, type Port, serve } from '../../preload/contract/rpc.ts';
import { isEnvelope, MAX_MESSAGE_BYTES } from '../host/websocket-port.ts';
import { isTrusted } from './origin.ts';

export const CHANNEL = 'plumbline';

/** Serves a window's page; a reload ends what the old page had open. Returns a function that ends everything. */
export function serveContents(contents: WebContents, handle: Handle): () => void {
  let stop = serve(contentsPort(contents), handle);
  contents.on('did-start-navigation', (details) => {
    if (!details.isMainFrame || details.isSameDocument) return;
    stop();
    stop = serve(contentsPort(contents), handle);
  });
  contents.on('destroyed', () => stop());
  return () => stop();
}

function contentsPort(contents: WebContents): Port {
  return {
    post(message) {
      if (!contents.isDestroyed()) contents.send(CHANNEL, JSON.stringify(message));
    },
    onMessage(listener) {
      const receive = (event: IpcMainEvent, text: unknown): void => {
        if (event.sender !== contents || !isTrusted(event.senderFrame)) return;
        const message = parse(text);
        if (isEnvelope(message)) listener(message);
      };
      ipcMain.on(CHANNEL, receive);
      return () => {
        ipcMain.off(CHANNEL, receive);
      };
    },
  };
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string' || text.length > MAX_MESSAGE_BYTES) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
