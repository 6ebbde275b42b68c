/**
 * The bridge: two functions on `window.plumbline`, which carry envelopes of the contract as JSON text over one channel. Text all the way: an object that crosses from
 * this world into the page's is copied value by value, which takes longer than parsing it there.
 */
import { contextBridge, ipcRenderer } from 'electron';

const CHANNEL = 'plumbline';

contextBridge.exposeInMainWorld('plumbline', {
  post(text: unknown): void {
    // exactly what a WebSocket would carry; anything else is no envelope
    if (typeof text === 'string') ipcRenderer.send(CHANNEL, text);
  },
  /** Returns a function that removes the listener. */
  onMessage(listener: (text: string) => void): () => void {
    const receive = (_event: unknown, text: string): void => listener(text);
    ipcRenderer.on(CHANNEL, receive);
    return () => {
      ipcRenderer.off(CHANNEL, receive);
    };
  },
});
